//! A number that the organisation steers by: what kind it is, which way is good, and how often it is measured.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{KpiId, PersonId};
use crate::text::Text;
use crate::value::{CurrencyCode, choice};

choice! {
    /// What kind of number it is, and so what is counted for it.
    Kind as "KpiKind" {
        /// Net promoter score: promoters (9–10), passives (7–8) and detractors (0–6) are counted; −100 to 100
        /// points.
        Nps,
        /// Customer satisfaction: how many of those who answered are satisfied, in percent.
        Csat,
        /// Customer effort on 1–7: how many of those who answered said 5 or more, in percent.
        Ces,
        /// The net promoter score among employees, counted likewise.
        Enps,
        /// One number over another.
        Ratio,
        /// A number of things.
        Count,
        /// An amount of money.
        Money,
        /// How long something takes, in days.
        Duration,
        /// Points of a score that is made elsewhere.
        Index,
    }
}

choice! {
    /// Which way is good.
    Direction {
        /// More is better.
        Up,
        /// Less is better.
        Down,
    }
}

choice! {
    /// How several measurements come to one number.
    Aggregation {
        /// The last one counts. What is counted or divided is put together over org units all the same; single
        /// values of several units cannot be.
        Last,
        /// They are added up.
        Sum,
        /// Their mean, each with the same weight.
        Mean,
        /// Numerators and denominators are added up, then divided.
        RatioOfSums,
        /// Counts are added up, then the score is computed of them.
        Counts,
    }
}

choice! {
    /// How long a period is.
    Cadence {
        /// From Monday to Sunday.
        Weekly,
        /// A calendar month.
        Monthly,
        /// Three months, from January, April, July or October.
        Quarterly,
    }
}

choice! {
    /// Whether the last move is bigger than chance.
    TrendVerdict {
        /// It went the good way, by more than chance would.
        Improving,
        /// It went the bad way, by more than chance would.
        Worsening,
        /// Chance alone moves it as far.
        WithinNoise,
        /// It cannot be told: fewer than two periods, too few answers, or nothing that a test could be made of.
        Unknown,
    }
}

/// One KPI.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kpis")]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KpiId,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The short human key, unique whatever its case: `NPS`.
    pub code: String,
    /// The code, folded, for search and order.
    pub code_folded: String,
    /// What it is called.
    pub name: String,
    /// The name, folded, for search and order.
    pub name_folded: String,
    /// What it says and how it is measured, Markdown.
    pub description: Option<String>,
    /// What kind of number it is.
    pub kind: Kind,
    /// In what it is told, in words: `points`, `%`, `days`.
    pub unit: String,
    /// The currency of an amount of money; none for everything else.
    pub currency: Option<CurrencyCode>,
    /// Which way is good.
    pub direction: Direction,
    /// How several measurements come to one number.
    pub aggregation: Aggregation,
    /// How long a period is.
    pub cadence: Cadence,
    /// With fewer answers than this a number is not relied on.
    pub min_responses: i32,
    /// Whether it moves before the results do.
    pub leading: bool,
    /// The one person who answers for it.
    #[serde(rename = "owner")]
    pub owner_id: PersonId,
    /// Periods that end on this day or before are locked; none while none is.
    pub locked_through: Option<NaiveDate>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

crate::row::row!(
    KpiId,
    found by |row| Text::called(&row.name).or(&row.code).saying(row.description.as_deref())
);
