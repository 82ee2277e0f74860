//! The columns of tables, by the names under which they are written and read: those of the schema, and Danish ones.

use tutti_entity::people::person::Locale;
use tutti_entity::value::fold;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the schema spells it, which is also its key in JSON.
    pub name: &'static str,
    /// In Danish.
    pub da: &'static str,
}

impl Column {
    /// Its heading in this locale.
    #[must_use]
    pub const fn heading(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.name,
            Locale::Da => self.da,
        }
    }
}

const fn column(name: &'static str, da: &'static str) -> Column {
    Column { name, da }
}

/// The columns of initiatives.
pub const INITIATIVES: [Column; 19] = [
    column("code", "kode"),
    column("portfolio", "portefølje"),
    column("title", "titel"),
    column("description", "beskrivelse"),
    column("owner", "ejer"),
    column("sponsor", "sponsor"),
    column("reviewer", "bedømmer"),
    column("status", "status"),
    column("startsOn", "starter"),
    column("dueOn", "frist"),
    column("completedOn", "afsluttet"),
    column("valueChainStages", "værdikædetrin"),
    column("budget", "budget"),
    column("currency", "valuta"),
    column("nextStatusReportDueOn", "næste rapport"),
    column("archivedAt", "arkiveret"),
    column("createdAt", "oprettet"),
    column("updatedAt", "ændret"),
    column("id", "id"),
];

/// The columns of costs.
pub const COSTS: [Column; 12] = [
    column("initiative", "initiativ"),
    column("portfolio", "portefølje"),
    column("category", "kategori"),
    column("kind", "art"),
    column("amount", "beløb"),
    column("currency", "valuta"),
    column("incurredOn", "dato"),
    column("note", "note"),
    column("reversalOf", "tilbagefører"),
    column("recordedBy", "registreret af"),
    column("recordedAt", "registreret"),
    column("id", "id"),
];

/// The columns of milestones.
pub const MILESTONES: [Column; 13] = [
    column("initiative", "initiativ"),
    column("portfolio", "portefølje"),
    column("title", "titel"),
    column("owner", "ejer"),
    column("status", "status"),
    column("dueOn", "frist"),
    column("completedOn", "nået"),
    column("weight", "vægt"),
    column("creditRule", "optjening"),
    column("percentComplete", "procent færdig"),
    column("createdAt", "oprettet"),
    column("updatedAt", "ændret"),
    column("id", "id"),
];

/// The columns of measurements.
pub const MEASUREMENTS: [Column; 13] = [
    column("kpi", "nøgletal"),
    column("orgUnit", "enhed"),
    column("periodStart", "periode fra"),
    column("periodEnd", "periode til"),
    column("responses", "svar"),
    column("promoters", "ambassadører"),
    column("passives", "passive"),
    column("detractors", "kritikere"),
    column("satisfied", "tilfredse"),
    column("numerator", "tæller"),
    column("denominator", "nævner"),
    column("value", "værdi"),
    column("story", "historie"),
];

/// The columns of attendances.
pub const ATTENDANCES: [Column; 5] = [
    column("email", "e-mail"),
    column("name", "navn"),
    column("minutes", "minutter"),
    column("preScore", "score før"),
    column("postScore", "score efter"),
];

/// A heading as it is compared: `Starts on`, `starts_on` and `startsOn` are the same.
#[must_use]
pub fn key(heading: &str) -> String {
    fold(heading)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '\u{feff}'))
        .collect()
}

/// Where in these columns the one with this heading is, in either language.
#[must_use]
pub fn find(columns: &[Column], heading: &str) -> Option<usize> {
    let wanted = key(heading);
    columns.iter().position(|column| key(column.name) == wanted || key(column.da) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_in_both_languages_and_names_one_column() {
        for columns in [&INITIATIVES[..], &COSTS[..], &MILESTONES[..], &MEASUREMENTS[..], &ATTENDANCES[..]] {
            for (place, column) in columns.iter().enumerate() {
                assert_eq!(find(columns, column.name), Some(place), "{}", column.name);
                assert_eq!(find(columns, column.da), Some(place), "{}", column.da);
            }
        }
        for heading in ["Starts on", "starts_on", "STARTSON", " startsOn ", "Starter"] {
            assert_eq!(find(&INITIATIVES, heading), Some(8), "{heading}");
        }
        assert_eq!(find(&INITIATIVES, "PORTEFØLJE"), Some(1));
        assert_eq!(find(&INITIATIVES, "colour"), None);
    }
}
