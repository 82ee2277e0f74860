//! Tables of what there is, for spreadsheets and programs, in the order in which it was made.
//!
//! Rows are read a page at a time, each page in a constant number of statements, so that memory does not grow with
//! them. What is written while an export runs may be in it or not; nothing is in it twice.

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;
use serde_json::{Map, Value};
use tutti_entity::ids::TypedId;
use tutti_entity::people::person::{self, Locale};
use tutti_entity::portfolio::{cost_entry, initiative, milestone, portfolio};
use uuid::Uuid;

use super::rules::cells;
use super::rules::columns::{COSTS, Column, INITIATIVES, MILESTONES};
use super::store;
use crate::graphql::Fault;
use crate::graphql::scalars::Money;
use crate::store::Scope;

/// How many rows are read at once.
const PAGE: u64 = 1_000;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The initiatives.
    Initiatives,
    /// The costs.
    Costs,
    /// The milestones.
    Milestones,
}

/// As what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for spreadsheets of this locale.
    Csv(Locale),
    /// An array of objects, one in each line, the same in every locale.
    Json,
}

/// Why an export ended before its end.
#[derive(Debug)]
pub enum Stopped {
    /// The database cannot be read.
    Reading(Fault),
    /// What it is written to takes no more.
    Writing(io::Error),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Reading(fault)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl From<csv::Error> for Stopped {
    fn from(error: csv::Error) -> Self {
        // As it was: a reader that has gone away is told from a full disk.
        Self::Writing(match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        })
    }
}

/// What one cell holds.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Nothing,
    Text(String),
    Day(NaiveDate),
    Moment(DateTime<Utc>),
    Number(Decimal),
    List(Vec<String>),
}

impl Cell {
    fn text(text: &(impl ToString + ?Sized)) -> Self {
        Self::Text(text.to_string())
    }

    fn maybe(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Nothing, |text| Self::text(&text))
    }

    fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }

    fn moment(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::Nothing, Self::Moment)
    }

    fn percent(basis_points: i32) -> Self {
        Self::Number(Decimal::new(basis_points.into(), 2).normalize())
    }

    fn in_table(self, locale: Locale) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => cells::guarded(&text),
            Self::Day(day) => cells::day(day, locale),
            Self::Moment(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            // A number is no text, however it starts.
            Self::Number(number) => cells::number(number, locale),
            Self::List(items) => items.join(", "),
        }
    }

    fn in_json(self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => Value::String(text),
            Self::Day(day) => Value::String(day.to_string()),
            Self::Moment(at) => Value::String(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            // Exact, as everywhere.
            Self::Number(number) => Value::String(number.to_string()),
            Self::List(items) => items.into(),
        }
    }
}

impl What {
    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Initiatives => &INITIATIVES,
            Self::Costs => &COSTS,
            Self::Milestones => &MILESTONES,
        }
    }

    /// The rows after this one, and the last of them.
    async fn page(self, scope: &Scope, after: Option<Uuid>) -> Result<Page, Fault> {
        match self {
            Self::Initiatives => initiatives(scope, after).await,
            Self::Costs => costs(scope, after).await,
            Self::Milestones => milestones(scope, after).await,
        }
    }
}

/// Rows, and the id of the last of them.
type Page = (Vec<Vec<Cell>>, Option<Uuid>);

async fn initiatives(scope: &Scope, after: Option<Uuid>) -> Result<Page, Fault> {
    let rows = store::page::<initiative::Entity>(scope, after, PAGE).await?;
    let people = rows.iter().flat_map(|row| [Some(row.owner_id), row.sponsor_id, row.reviewer_id]);
    let people = store::by_id::<person::Entity>(scope, people.flatten().map(TypedId::uuid)).await?;
    let portfolios =
        store::by_id::<portfolio::Entity>(scope, rows.iter().map(|row| row.portfolio_id.uuid())).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.uuid()).collect();
    let budgets = store::budgets(scope, &ids).await?;
    let email = |id| Cell::maybe(people.get(&id).map(|person| &person.email));
    let table = rows.into_iter().map(|row| {
        let portfolio = portfolios.get(&row.portfolio_id);
        let budget = portfolio.and_then(|portfolio| {
            Some(Money::from_minor(*budgets.get(&row.id)?, portfolio.currency).amount.0)
        });
        vec![
            Cell::text(&row.code),
            Cell::maybe(portfolio.map(|portfolio| &portfolio.name)),
            Cell::text(&row.title),
            Cell::maybe(row.description),
            email(row.owner_id),
            row.sponsor_id.map_or(Cell::Nothing, email),
            row.reviewer_id.map_or(Cell::Nothing, email),
            Cell::text(&row.status.to_value()),
            Cell::Day(row.starts_on),
            Cell::Day(row.due_on),
            Cell::day(row.completed_on),
            Cell::List(row.value_chain_stages.as_slice().iter().map(ActiveEnum::to_value).collect()),
            budget.map_or(Cell::Nothing, Cell::Number),
            Cell::maybe(portfolio.map(|portfolio| portfolio.currency)),
            Cell::day(row.next_report_due_on),
            Cell::moment(row.archived_at),
            Cell::Moment(row.created_at),
            Cell::Moment(row.updated_at),
            Cell::text(&row.id),
        ]
    });
    Ok((table.collect(), ids.last().copied()))
}

async fn costs(scope: &Scope, after: Option<Uuid>) -> Result<Page, Fault> {
    let rows = store::page::<cost_entry::Entity>(scope, after, PAGE).await?;
    let last = rows.last().map(|row| row.id.uuid());
    let people =
        store::by_id::<person::Entity>(scope, rows.iter().map(|row| row.recorded_by_id.uuid())).await?;
    let of = Of::all(scope, rows.iter().map(|row| row.initiative_id.uuid())).await?;
    let table = rows.into_iter().map(|row| {
        let (code, portfolio) = of.told(row.initiative_id);
        vec![
            code,
            portfolio,
            Cell::text(&row.category.to_value()),
            Cell::text(&row.kind.to_value()),
            Cell::Number(Money::from_minor(row.amount_minor, row.currency).amount.0),
            Cell::text(&row.currency),
            Cell::Day(row.incurred_on),
            Cell::maybe(row.note),
            Cell::maybe(row.reversal_of_id),
            Cell::maybe(people.get(&row.recorded_by_id).map(|person| &person.email)),
            Cell::Moment(row.recorded_at),
            Cell::text(&row.id),
        ]
    });
    Ok((table.collect(), last))
}

async fn milestones(scope: &Scope, after: Option<Uuid>) -> Result<Page, Fault> {
    let rows = store::page::<milestone::Entity>(scope, after, PAGE).await?;
    let last = rows.last().map(|row| row.id.uuid());
    let people = store::by_id::<person::Entity>(scope, rows.iter().map(|row| row.owner_id.uuid())).await?;
    let of = Of::all(scope, rows.iter().map(|row| row.initiative_id.uuid())).await?;
    let table = rows.into_iter().map(|row| {
        let (code, portfolio) = of.told(row.initiative_id);
        vec![
            code,
            portfolio,
            Cell::text(&row.title),
            Cell::maybe(people.get(&row.owner_id).map(|person| &person.email)),
            Cell::text(&row.status.to_value()),
            Cell::Day(row.due_on),
            Cell::day(row.completed_on),
            row.weight_bp.map_or(Cell::Nothing, Cell::percent),
            Cell::text(&row.credit_rule.to_value()),
            Cell::percent(row.percent_bp),
            Cell::Moment(row.created_at),
            Cell::Moment(row.updated_at),
            Cell::text(&row.id),
        ]
    });
    Ok((table.collect(), last))
}

/// The initiatives of rows, with their portfolios.
struct Of {
    initiatives: std::collections::HashMap<tutti_entity::ids::InitiativeId, initiative::Model>,
    portfolios: std::collections::HashMap<tutti_entity::ids::PortfolioId, portfolio::Model>,
}

impl Of {
    async fn all(scope: &Scope, ids: impl Iterator<Item = Uuid>) -> Result<Self, Fault> {
        let initiatives = store::by_id::<initiative::Entity>(scope, ids).await?;
        let portfolios = initiatives.values().map(|row| row.portfolio_id.uuid());
        let portfolios = store::by_id::<portfolio::Entity>(scope, portfolios).await?;
        Ok(Self { initiatives, portfolios })
    }

    /// The code of an initiative, and the name of its portfolio.
    fn told(&self, id: tutti_entity::ids::InitiativeId) -> (Cell, Cell) {
        let initiative = self.initiatives.get(&id);
        let portfolio = initiative.and_then(|row| self.portfolios.get(&row.portfolio_id));
        (Cell::maybe(initiative.map(|row| &row.code)), Cell::maybe(portfolio.map(|row| &row.name)))
    }
}

/// To where rows are written.
enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>, Locale),
    Json(W, u64),
}

impl<W: Write> Sink<W> {
    fn open(mut out: W, format: Format, columns: &[Column]) -> Result<Self, Stopped> {
        match format {
            Format::Json => {
                out.write_all(b"[")?;
                Ok(Self::Json(out, 0))
            }
            Format::Csv(locale) => {
                // Danish Excel takes commas for decimals, and needs the mark to know the letters.
                let separator = match locale {
                    Locale::En => b',',
                    Locale::Da => {
                        out.write_all("\u{feff}".as_bytes())?;
                        b';'
                    }
                };
                let mut table = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
                table.write_record(columns.iter().map(|column| column.heading(locale)))?;
                Ok(Self::Csv(Box::new(table), locale))
            }
        }
    }

    fn row(&mut self, columns: &[Column], cells: Vec<Cell>) -> Result<(), Stopped> {
        match self {
            Self::Csv(table, locale) => {
                table.write_record(cells.into_iter().map(|cell| cell.in_table(*locale)))?;
            }
            Self::Json(out, written) => {
                let fields = columns.iter().zip(cells);
                let fields: Map<_, _> =
                    fields.map(|(column, cell)| (column.name.to_owned(), cell.in_json())).collect();
                out.write_all(if *written == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &fields).map_err(io::Error::from)?;
                *written += 1;
            }
        }
        Ok(())
    }

    fn close(self) -> Result<(), Stopped> {
        match self {
            Self::Csv(mut table, _) => table.flush()?,
            Self::Json(mut out, _) => {
                out.write_all(b"\n]\n")?;
                out.flush()?;
            }
        }
        Ok(())
    }
}

/// Writes all rows that the viewer may see; answers how many.
///
/// # Errors
/// When they cannot be read or written.
pub async fn export(scope: &Scope, what: What, format: Format, out: impl Write) -> Result<u64, Stopped> {
    let columns = what.columns();
    let mut sink = Sink::open(out, format, columns)?;
    let (mut after, mut written) = (None, 0);
    loop {
        let (rows, last) = what.page(scope, after).await?;
        let found = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        for row in rows {
            sink.row(columns, row)?;
        }
        written += found;
        after = last;
        if found < PAGE {
            sink.close()?;
            return Ok(written);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::sheet::Sheet;

    fn written(format: Format, rows: Vec<Vec<Cell>>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sink = Sink::open(&mut out, format, &INITIATIVES).unwrap();
        for row in rows {
            sink.row(&INITIATIVES, row).unwrap();
        }
        sink.close().unwrap();
        out
    }

    /// A row with this title, description and budget.
    fn row(title: &str, description: &str, budget: Decimal) -> Vec<Cell> {
        let day = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
        INITIATIVES
            .iter()
            .map(|column| match column.name {
                "title" => Cell::text(title),
                "description" => Cell::text(description),
                "portfolio" | "owner" => Cell::text(column.name),
                "startsOn" | "dueOn" => Cell::Day(day),
                "budget" => Cell::Number(budget),
                "valueChainStages" => Cell::List(vec!["SALES".to_owned(), "DELIVERY".to_owned()]),
                _ => Cell::Nothing,
            })
            .collect()
    }

    #[test]
    fn a_negative_amount_is_a_number_and_a_negative_title_is_text() {
        let row = row("-5 % complaints", "", Decimal::new(-50_050, 2));
        let table = String::from_utf8(written(Format::Csv(Locale::Da), vec![row.clone()])).unwrap();
        let mut lines = table.lines();
        assert!(lines.next().unwrap().starts_with("\u{feff}kode;portefølje;titel;"));
        let expected =
            ";portfolio;'-5 % complaints;;owner;;;;31-12-2025;31-12-2025;;SALES, DELIVERY;-500,50;;;;;;";
        assert_eq!(lines.next(), Some(expected));
        let json: Value = serde_json::from_slice(&written(Format::Json, vec![row])).unwrap();
        assert_eq!((&json[0]["title"], &json[0]["budget"]), (&"-5 % complaints".into(), &"-500.50".into()));
        assert_eq!((&json[0]["dueOn"], &json[0]["code"]), (&"2025-12-31".into(), &Value::Null));
        let none: Value = serde_json::from_slice(&written(Format::Json, Vec::new())).unwrap();
        assert_eq!(none, Value::Array(Vec::new()));
    }

    /// Who reads has gone away.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_away_is_told_as_one() {
        for format in [Format::Csv(Locale::En), Format::Csv(Locale::Da), Format::Json] {
            let write = || {
                let mut sink = Sink::open(Gone, format, &INITIATIVES)?;
                (0..1_000).try_for_each(|_| sink.row(&INITIATIVES, row("One", "", Decimal::ONE)))?;
                sink.close()
            };
            let kind = match write().unwrap_err() {
                Stopped::Writing(error) => error.kind(),
                Stopped::Reading(fault) => panic!("{fault:?}"),
            };
            assert_eq!(kind, io::ErrorKind::BrokenPipe, "{format:?}");
        }
    }

    proptest! {
        /// Whatever text there is, a spreadsheet gets no formula and an import the same text.
        #[test]
        fn text_goes_out_and_comes_in_the_same(
            title in "[ -~æøå＝'=+@\t;,\"]{1,30}|\\PC{1,30}",
            description in "[ -~\r\n'=+@\";,æ]{0,60}|\\PC{0,60}",
            minor in 1_i64..1_000_000_000,
        ) {
            let budget = Decimal::new(minor, 2);
            for locale in [Locale::En, Locale::Da] {
                let table = written(Format::Csv(locale), vec![row(&title, &description, budget); 2]);
                let mut sheet = Sheet::<super::super::inputs::InitiativeImportRow>::open(&table[..], locale).unwrap();
                for _ in 0..2 {
                    let read = sheet.next_line().unwrap().unwrap().row.unwrap();
                    let told = |text: &str| if text.trim().is_empty() { String::new() } else { text.to_owned() };
                    prop_assert_eq!(&read.title, &told(&title));
                    prop_assert_eq!(read.description.map(|text| text.0).unwrap_or_default(), told(&description));
                    prop_assert_eq!(read.budget.unwrap().0, budget);
                    prop_assert_eq!(read.due_on.0.to_string(), "2025-12-31");
                    prop_assert_eq!(read.value_chain_stages.unwrap().len(), 2);
                }
                prop_assert!(sheet.next_line().unwrap().is_none());
            }
        }
    }
}
