//! What one row of a table says, cell by cell, and which columns make a row.

use chrono::NaiveDate;
use rust_decimal::Decimal as Exact;
use sea_orm::Iterable as _;
use tutti_entity::people::person::Locale;
use tutti_entity::portfolio::initiative::ValueChainStage;

use super::shown;
use crate::exchange::inputs::{AttendanceImportRow, InitiativeImportRow, MeasurementImportRow};
use crate::exchange::rules::cells::{could_be_thousands, read_day, read_number};
use crate::exchange::rules::columns::{ATTENDANCES, Column, INITIATIVES, MEASUREMENTS};
use crate::graphql::scalars::{CurrencyCode, Date, Decimal, Markdown, Percent};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The column, as the schema spells it.
    pub field: String,
    /// The sentence.
    pub message: String,
}

/// A row that a table can hold.
pub trait Imported: Sized + Send + Sync {
    /// The columns that are known.
    const COLUMNS: &'static [Column];

    /// Those that are imported, and whether a table can not do without.
    const IMPORTED: &'static [(&'static str, bool)];

    /// Reads the row from its cells, which keep what does not read.
    fn read(cells: &mut Cells<'_>) -> Self;
}

impl Imported for InitiativeImportRow {
    const COLUMNS: &'static [Column] = &INITIATIVES;

    const IMPORTED: &'static [(&'static str, bool)] = &[
        ("portfolio", true),
        ("title", true),
        ("description", false),
        ("owner", true),
        ("sponsor", false),
        ("reviewer", false),
        ("startsOn", true),
        ("dueOn", true),
        ("valueChainStages", false),
        ("budget", false),
        ("currency", false),
    ];

    fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            portfolio: cells.owned("portfolio").unwrap_or_default(),
            title: cells.owned("title").unwrap_or_default(),
            description: cells.owned("description").map(Markdown),
            owner: cells.owned("owner").unwrap_or_default(),
            sponsor: cells.owned("sponsor"),
            reviewer: cells.owned("reviewer"),
            starts_on: Date(cells.day("startsOn")),
            due_on: Date(cells.day("dueOn")),
            value_chain_stages: cells.stages("valueChainStages"),
            budget: cells.number("budget").map(Decimal),
            currency: cells.currency("currency"),
        }
    }
}

impl Imported for MeasurementImportRow {
    const COLUMNS: &'static [Column] = &MEASUREMENTS;

    const IMPORTED: &'static [(&'static str, bool)] = &[
        ("kpi", true),
        ("orgUnit", false),
        ("periodStart", true),
        ("periodEnd", false),
        ("responses", false),
        ("promoters", false),
        ("passives", false),
        ("detractors", false),
        ("satisfied", false),
        ("numerator", false),
        ("denominator", false),
        ("value", false),
        ("story", false),
    ];

    fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            kpi: cells.owned("kpi").unwrap_or_default(),
            org_unit: cells.owned("orgUnit"),
            period_start: Date(cells.day("periodStart")),
            period_end: cells.maybe_day("periodEnd").map(Date),
            responses: cells.count("responses"),
            promoters: cells.count("promoters"),
            passives: cells.count("passives"),
            detractors: cells.count("detractors"),
            satisfied: cells.count("satisfied"),
            numerator: cells.number("numerator").map(Decimal),
            denominator: cells.number("denominator").map(Decimal),
            value: cells.number("value").map(Decimal),
            story: cells.owned("story").map(Markdown),
        }
    }
}

impl Imported for AttendanceImportRow {
    const COLUMNS: &'static [Column] = &ATTENDANCES;

    const IMPORTED: &'static [(&'static str, bool)] =
        &[("email", true), ("minutes", true), ("preScore", false), ("postScore", false)];

    fn read(cells: &mut Cells<'_>) -> Self {
        if cells.text("minutes").is_none() {
            let message = "`minutes` may not be empty; 0 is for somebody who was not there.";
            cells.wrong("minutes", message.to_owned());
        }
        Self {
            email: cells.owned("email").unwrap_or_default(),
            minutes: cells.count("minutes").unwrap_or_default(),
            pre_score: cells.percent("preScore"),
            post_score: cells.percent("postScore"),
        }
    }
}

/// The cells of one row by their columns, and what does not read of them.
#[derive(Debug)]
pub struct Cells<'c> {
    columns: &'static [Column],
    values: Vec<Option<&'c str>>,
    wrong: Vec<Wrong>,
    locale: Locale,
    separator: u8,
}

impl<'c> Cells<'c> {
    /// No cell yet, of a table with these columns.
    pub(super) fn of(columns: &'static [Column], locale: Locale, separator: u8) -> Self {
        Self { columns, values: vec![None; columns.len()], wrong: Vec::new(), locale, separator }
    }

    /// Takes the cell of the column at this place; a blank one is none.
    pub(super) fn put(&mut self, column: usize, cell: &'c str) {
        if let Some(value) = self.values.get_mut(column) {
            *value = Some(cell).filter(|cell| !cell.trim().is_empty());
        }
    }

    /// The row, unless anything did not read.
    pub(super) fn done<R>(self, row: R) -> Result<R, Vec<Wrong>> {
        if self.wrong.is_empty() { Ok(row) } else { Err(self.wrong) }
    }

    /// Says that something does not read.
    pub(super) fn wrong(&mut self, field: &str, message: String) {
        self.wrong.push(Wrong { field: field.to_owned(), message });
    }

    /// The text of a cell; none where it is blank or there is no such column.
    fn text(&self, name: &str) -> Option<&'c str> {
        let place = self.columns.iter().position(|column| column.name == name)?;
        self.values.get(place).copied().flatten()
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A day that may be left out.
    fn maybe_day(&mut self, name: &str) -> Option<NaiveDate> {
        match read_day(self.text(name)?.trim(), self.locale) {
            Ok(day) => Some(day),
            Err(message) => {
                self.wrong(name, message);
                None
            }
        }
    }

    fn day(&mut self, name: &str) -> NaiveDate {
        if self.text(name).is_none() {
            self.wrong(name, format!("`{name}` may not be empty."));
        }
        self.maybe_day(name).unwrap_or_default()
    }

    /// A whole number.
    fn count(&mut self, name: &str) -> Option<i32> {
        let number = self.number(name)?;
        let count = number.is_integer().then(|| i32::try_from(number).ok()).flatten();
        if count.is_none() {
            self.wrong(name, "This is counted: a whole number of at most ten digits.".to_owned());
        }
        count
    }

    fn number(&mut self, name: &str) -> Option<Exact> {
        let text = self.text(name)?.trim();
        if could_be_thousands(text, self.locale, self.separator) {
            let message = format!(
                "`{}` can be read in two ways: write it without marks between thousands, or say with `--locale` how the \
                 file writes numbers.",
                shown(text)
            );
            self.wrong(name, message);
            return None;
        }
        match read_number(text, self.locale) {
            Ok(number) => Some(number),
            Err(message) => {
                self.wrong(name, message);
                None
            }
        }
    }

    /// A number of percent with at most two decimals.
    fn percent(&mut self, name: &str) -> Option<Percent> {
        let number = self.number(name)?;
        let points = number.checked_mul(Exact::ONE_HUNDRED).filter(Exact::is_integer);
        let percent = points.and_then(|points| i32::try_from(points).ok());
        if percent.is_none() {
            self.wrong(name, "A score is a number of percent with at most two decimals.".to_owned());
        }
        percent.map(Percent::from_basis_points)
    }

    fn currency(&mut self, name: &str) -> Option<CurrencyCode> {
        let code = CurrencyCode::from_code(&self.text(name)?.trim().to_uppercase());
        if code.is_none() {
            self.wrong(name, "A currency is an ISO 4217 code such as DKK.".to_owned());
        }
        code
    }

    fn stages(&mut self, name: &str) -> Option<Vec<ValueChainStage>> {
        let mut stages = Vec::new();
        for told in
            self.text(name)?.split([',', ';', '|', '\n']).map(str::trim).filter(|told| !told.is_empty())
        {
            let spelled = told.to_uppercase().replace([' ', '-'], "_");
            let stage = ValueChainStage::iter().find(|stage| sea_orm::ActiveEnum::to_value(stage) == spelled);
            if let Some(stage) = stage {
                stages.push(stage);
            } else {
                let all: Vec<_> =
                    ValueChainStage::iter().map(|stage| sea_orm::ActiveEnum::to_value(&stage)).collect();
                self.wrong(name, format!("`{}` is no stage; they are {}.", shown(told), all.join(", ")));
            }
        }
        Some(stages)
    }
}
