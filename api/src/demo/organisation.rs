//! The units of Tutti Energi and the people in them.

use tutti_entity::people::person::Tier::{self, Executive, Frontline, Leader, Manager, Support};

use super::story::Who;

/// The units, each after the one that it is part of.
pub(super) const UNITS: &[(&str, Option<&str>)] = &[
    (TOP, None),
    (PEOPLE, Some(TOP)),
    (OFFICE, Some(PEOPLE)),
    (OPERATIONS, Some(TOP)),
    (AARHUS, Some(OPERATIONS)),
    (ODENSE, Some(OPERATIONS)),
    (FIELD, Some(OPERATIONS)),
    (COMMERCIAL, Some(TOP)),
    (SALES, Some(COMMERCIAL)),
    (DIGITAL, Some(COMMERCIAL)),
    (FINANCE, Some(TOP)),
    (BILLING, Some(FINANCE)),
];

pub(super) const TOP: &str = "Tutti Energi";
pub(super) const PEOPLE: &str = "People and Change";
pub(super) const OFFICE: &str = "CX Programme Office";
pub(super) const OPERATIONS: &str = "Customer Operations";
pub(super) const AARHUS: &str = "Contact Centre Aarhus";
pub(super) const ODENSE: &str = "Contact Centre Odense";
pub(super) const FIELD: &str = "Field Service";
pub(super) const COMMERCIAL: &str = "Commercial";
pub(super) const SALES: &str = "Sales and Advice";
pub(super) const DIGITAL: &str = "Marketing and Digital";
pub(super) const FINANCE: &str = "Finance";
pub(super) const BILLING: &str = "Billing and Collections";

/// People of one tier in one unit who report to the same manager.
#[derive(Debug)]
pub(super) struct Team {
    pub unit: &'static str,
    pub tier: Tier,
    pub manager: Option<Who>,
    pub names: &'static [&'static str],
}

const fn team(unit: &'static str, tier: Tier, manager: Who, names: &'static [&'static str]) -> Team {
    Team { unit, tier, manager: Some(manager), names }
}

/// So many of the teams are entered by the system itself: the last of them is the administrator.
pub(super) const FOUNDERS: usize = 3;

/// Everybody, managers before those who report to them.
pub(super) const TEAMS: &[Team] = &[
    Team { unit: TOP, tier: Executive, manager: None, names: &["Annemette Friis"] },
    team(PEOPLE, Executive, "annemette.friis", &["Lars Thorup"]),
    team(PEOPLE, Support, "lars.thorup", &["Sanne Dalgård"]),
    team(TOP, Support, "annemette.friis", &["Jytte Bøgh", "Henrik Stæhr"]),
    team(PEOPLE, Leader, "lars.thorup", &["Ulla Brinch"]),
    team(PEOPLE, Support, "approver", &["Peter Overgaard", "Camilla Rye"]),
    team(OFFICE, Leader, "lars.thorup", &["Karen Østergård"]),
    team(OFFICE, Manager, "pmo", &["Nadia Haddad"]),
    team(
        OFFICE,
        Support,
        "pmo",
        &[
            "Jonas Bæk",
            "Marie-Louise Krogh",
            "Eva Nørregaard",
            "Tobias Vinther",
            "Frederik Aagesen",
            "Willem de Vries",
        ],
    ),
    team(OPERATIONS, Executive, "annemette.friis", &["Søren Kjærulff"]),
    team(OPERATIONS, Leader, "soeren.kjaerulff", &["Hanne Lyngsø", "Rasmus Ejlertsen"]),
    team(OPERATIONS, Support, "leader", &["Bent Mølgaard", "Ida Skovgaard"]),
    team(AARHUS, Manager, "leader", &["Mads Åkjær", "Line Tranberg"]),
    team(
        AARHUS,
        Frontline,
        "owner",
        &[
            "Freja Bjørn",
            "Aksel Ravn",
            "Sofie Lundgård",
            "Yusuf Demir",
            "Kasper Bonde",
            "Maja Sørensen",
            "Oskar Grønbæk",
            "Astrid Holmgaard",
            "Mikkel Frandsen",
            "Zainab Al-Khalil",
        ],
    ),
    team(
        AARHUS,
        Frontline,
        "line.tranberg",
        &[
            "Emil Tønnesen",
            "Clara Højlund",
            "Victor Nygaard",
            "Alberte Skjødt",
            "Noah Rømer",
            "Josefine Ærø",
            "Magnus Kvist",
            "Laura Åberg",
            "Elias Thomsen",
            "Signe Mørk",
            "Piotr Nowak",
        ],
    ),
    team(ODENSE, Manager, "leader", &["Kirsten Pagh", "Emre Yıldız"]),
    team(
        ODENSE,
        Frontline,
        "kirsten.pagh",
        &[
            "Anton Bøgelund",
            "Lærke Damgaard",
            "Malthe Jørgensen",
            "Karla Præstegaard",
            "Villads Enevoldsen",
            "Merle Schröder",
            "Johan Krøyer",
            "Ellen Vadgård",
            "Storm Hviid",
        ],
    ),
    team(
        ODENSE,
        Frontline,
        "emre.yildiz",
        &[
            "Amalie Bruun",
            "Bertram Søgaard",
            "Lea Østerby",
            "Valdemar Munk",
            "Naja Kleist",
            "Sebastian Lørup",
            "Ditte Kjeldsen",
            "Hassan Rahimi",
            "Rikke Ågesen",
        ],
    ),
    team(FIELD, Manager, "rasmus.ejlertsen", &["Torben Ladegård", "Agnieszka Wójcik"]),
    team(
        FIELD,
        Frontline,
        "torben.ladegaard",
        &[
            "Bo Kæmpegaard",
            "Steen Rødkjær",
            "Jesper Ibsen",
            "Michael Tølbøll",
            "Dennis Ørum",
            "Christian Fogh",
            "Jan Åstrup",
            "Allan Bækgaard",
        ],
    ),
    team(
        FIELD,
        Frontline,
        "agnieszka.wojcik",
        &[
            "Marek Zieliński",
            "Thomas Gøtzsche",
            "René Lauridsen",
            "Ionuț Popescu",
            "Per Nørby",
            "Kim Sørbjerg",
            "Brian Hyldgaard",
        ],
    ),
    team(COMMERCIAL, Executive, "annemette.friis", &["Charlotte Vestergaard"]),
    team(COMMERCIAL, Leader, "charlotte.vestergaard", &["Niels Højgaard"]),
    team(COMMERCIAL, Support, "niels.hoejgaard", &["Pia Søndergaard", "Oliver Brandt"]),
    team(SALES, Manager, "niels.hoejgaard", &["Gitte Toft"]),
    team(
        SALES,
        Frontline,
        "gitte.toft",
        &[
            "Simon Hjorth",
            "Caroline Bjerregård",
            "Lukas Træholt",
            "Mathilde Rosenørn",
            "Andreas Fønss",
            "Julie Kjærsgaard",
            "Nikolaj Øster",
            "Isabella Conti",
            "Philip Hauge",
            "Sara Mogensen",
            "Jeppe Skaarup",
        ],
    ),
    team(DIGITAL, Manager, "charlotte.vestergaard", &["Anders Lykke"]),
    team(
        DIGITAL,
        Support,
        "anders.lykke",
        &[
            "Cecilie Bæch",
            "Daniel Mølbak",
            "Hanna Lindström",
            "Trine Gammelgård",
            "Kristoffer Løvenskjold",
            "Maria Fernández",
            "Louise Thygesen",
            "Gustav Ahlefeldt",
        ],
    ),
    team(FINANCE, Executive, "annemette.friis", &["Jørgen Hvid"]),
    team(FINANCE, Leader, "joergen.hvid", &["Tine Fløe"]),
    team(FINANCE, Support, "joergen.hvid", &["Lene Abildgaard", "Marcus Lindqvist"]),
    team(BILLING, Manager, "tine.floee", &["Dorthe Kragelund"]),
    team(
        BILLING,
        Frontline,
        "dorthe.kragelund",
        &[
            "Inge Væver",
            "Poul Sandgård",
            "Anne-Grethe Lund",
            "Sidsel Brønnum",
            "Mohammed Saleh",
            "Vibeke Åes",
        ],
    ),
    team(BILLING, Support, "dorthe.kragelund", &["Jakob Rytter", "Hedvig Lövgren", "Nanna Kjøller"]),
];

/// Those whose address says what they do rather than who they are.
pub(super) const BY_DUTY: &[(&str, Who)] = &[
    ("Sanne Dalgård", "admin"),
    ("Karen Østergård", "pmo"),
    ("Hanne Lyngsø", "leader"),
    ("Mads Åkjær", "owner"),
    ("Nadia Haddad", "agent"),
    ("Freja Bjørn", "frontline"),
    ("Peter Overgaard", "rewards"),
    ("Ulla Brinch", "approver"),
    ("Henrik Stæhr", "auditor"),
];

/// Those who read English; the others read Danish.
pub(super) const READ_ENGLISH: &[Who] = &[
    "agent",
    "agnieszka.wojcik",
    "auditor",
    "emre.yildiz",
    "hanna.lindstroem",
    "hassan.rahimi",
    "ionut.popescu",
    "isabella.conti",
    "marcus.lindqvist",
    "marek.zielinski",
    "maria.fernandez",
    "merle.schroeder",
    "oliver.brandt",
    "piotr.nowak",
    "willem.de.vries",
];

/// Those who came later than the rest, and when.
pub(super) const LATER: &[(Who, i32)] = &[
    ("maria.fernandez", -163),
    ("yusuf.demir", -149),
    ("lea.oesterby", -149),
    ("storm.hviid", -121),
    ("per.noerby", -106),
    ("jeppe.skaarup", -84),
    ("nanna.kjoeller", -62),
    ("elias.thomsen", -41),
    ("rikke.aagesen", -41),
    ("hedvig.loevgren", -20),
];
