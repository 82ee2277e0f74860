//! How each kind of column is spelled on each database, once.
//!
//! Money and ratios are integers, never decimals: SQLite keeps a decimal as a lossy float. Text sorts
//! by code point on both databases: PostgreSQL would otherwise sort by the locale of the cluster, and
//! pages would differ from those of SQLite. Instants are UTC.

use sea_orm_migration::{
    prelude::{
        ColumnDef, DbErr, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index, SchemaManager,
    },
    sea_orm::DatabaseBackend,
};

/// Spells columns for one database.
#[derive(Clone, Copy)]
pub struct Columns(pub DatabaseBackend);

impl Columns {
    /// For the database behind this manager.
    pub fn of(manager: &SchemaManager<'_>) -> Self {
        Self(manager.get_database_backend())
    }

    fn on(self, postgres: &'static str, sqlite: &'static str) -> &'static str {
        match self.0 {
            DatabaseBackend::Postgres => postgres,
            _ => sqlite,
        }
    }

    fn column(self, name: &'static str, postgres: &'static str, sqlite: &'static str) -> ColumnDef {
        ColumnDef::new(name).custom(self.on(postgres, sqlite)).to_owned()
    }

    /// The id of a row: a UUIDv7.
    pub fn id(self) -> ColumnDef {
        self.uuid("id").primary_key().to_owned()
    }

    /// A UUID that must be there.
    pub fn uuid(self, name: &'static str) -> ColumnDef {
        self.uuid_or_null(name).not_null().to_owned()
    }

    /// A UUID that may be missing.
    pub fn uuid_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "uuid", "blob")
    }

    /// Text that must be there.
    pub fn text(self, name: &'static str) -> ColumnDef {
        self.text_or_null(name).not_null().to_owned()
    }

    /// Text that may be missing.
    pub fn text_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "text COLLATE \"C\"", "text")
    }

    /// A whole number that fits GraphQL's `Int` and must be there.
    pub fn int(self, name: &'static str) -> ColumnDef {
        self.int_or_null(name).not_null().to_owned()
    }

    /// A whole number that fits GraphQL's `Int` and may be missing.
    pub fn int_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "integer", "integer")
    }

    /// An amount of money in minor units, or another whole number of 64 bits.
    pub fn bigint(self, name: &'static str) -> ColumnDef {
        self.bigint_or_null(name).not_null().to_owned()
    }

    /// The same where it may be missing.
    pub fn bigint_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "bigint", "integer")
    }

    /// Yes or no.
    pub fn flag(self, name: &'static str) -> ColumnDef {
        self.column(name, "boolean", "boolean").not_null().to_owned()
    }

    /// A calendar date that must be there.
    pub fn date(self, name: &'static str) -> ColumnDef {
        self.date_or_null(name).not_null().to_owned()
    }

    /// A calendar date that may be missing.
    pub fn date_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "date", "text")
    }

    /// An instant that must be there.
    pub fn instant(self, name: &'static str) -> ColumnDef {
        self.instant_or_null(name).not_null().to_owned()
    }

    /// An instant that may be missing.
    pub fn instant_or_null(self, name: &'static str) -> ColumnDef {
        self.column(name, "timestamptz", "text")
    }

    /// The version, and the instants of making and of the last change.
    pub fn stamps(self) -> [ColumnDef; 3] {
        [self.int("version"), self.instant("created_at"), self.instant("updated_at")]
    }
}

/// A foreign key to `id` of another table; what is referred to cannot be deleted.
pub fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{from}_{column}"))
        .from(from, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .to_owned()
}

/// An index over these columns, named after them.
pub async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

/// An index over these columns that allows each combination once.
pub async fn unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index =
        Index::create().unique().name(format!("uq_{table}_{}", columns.join("_"))).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
