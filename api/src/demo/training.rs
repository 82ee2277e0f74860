//! What the demo teaches, who may teach it, the sessions at which it was and will be taught, and who carries it into
//! the units.
//!
//! Nadia Haddad leads it and is the first master; from her it goes on for three generations. Kirsten Pagh lets her
//! certificate run out and holds a session all the same. Nobody carries the change into sales,
//! billing and Aarhus.

use tutti_entity::training::certification::Level::{self, Master, Practitioner, Trainer};
use tutti_entity::training::change_agent::State::{self, Active, Alumni, Paused};

use super::organisation::{AARHUS, DIGITAL, FIELD, ODENSE, SALES};
use super::story::Who;

/// The colleague behind train the trainer.
pub(super) const LEAD: Who = "agent";

pub(super) const MOMENTS: &str = "Moments that matter";
pub(super) const STORY: &str = "The story behind the numbers";

/// A curriculum, as it was entered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curriculum {
    pub day: i32,
    pub name: &'static str,
    pub objectives: &'static str,
    pub validity: Option<&'static str>,
    pub minutes: i32,
    /// In percent.
    pub pass: i32,
    pub practice: Option<&'static str>,
}

pub(super) const CURRICULA: &[Curriculum] = &[
    Curriculum {
        day: -192,
        name: MOMENTS,
        objectives: "- Name the moments that decide whether a customer stays\n- Hold the standard of each moment\n\
                     - Give a colleague feedback on one conversation",
        validity: Some("P6M"),
        minutes: 180,
        pass: 70,
        practice: Some("P3M"),
    },
    Curriculum {
        day: -92,
        name: STORY,
        objectives: "- Read what customers write beside a number\n- Tell one story of it in three minutes",
        validity: None,
        minutes: 90,
        pass: 60,
        practice: None,
    },
];

/// A certificate: when, by whom (an institute outside where nobody is named), for whom, of what, of which level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certified {
    pub day: i32,
    pub by: Option<Who>,
    pub who: Who,
    pub of: &'static str,
    pub level: Level,
}

const fn certified(day: i32, who: Who, of: &'static str, level: Level) -> Certified {
    Certified { day, by: Some(LEAD), who, of, level }
}

pub(super) const CERTIFIED: &[Certified] = &[
    Certified { day: -190, by: None, who: LEAD, of: MOMENTS, level: Master },
    certified(-172, "kirsten.pagh", MOMENTS, Trainer),
    certified(-172, "emre.yildiz", MOMENTS, Trainer),
    Certified {
        day: -138,
        by: Some("kirsten.pagh"),
        who: "villads.enevoldsen",
        of: MOMENTS,
        level: Practitioner,
    },
    certified(-130, "anton.boegelund", MOMENTS, Trainer),
    certified(-118, "torben.ladegaard", MOMENTS, Trainer),
    Certified { day: -88, by: None, who: "marie-louise.krogh", of: STORY, level: Master },
    // Once more, before the first runs out.
    Certified { day: -72, by: None, who: LEAD, of: MOMENTS, level: Master },
    certified(-70, "tobias.vinther", STORY, Trainer),
    certified(-60, "line.tranberg", MOMENTS, Trainer),
    certified(-52, "emre.yildiz", MOMENTS, Trainer),
];

/// What became of somebody at a session: their minutes, and their scores before and after in percent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came(pub Who, pub i32, pub Option<i32>, pub Option<i32>);

/// How a session went.
#[derive(Clone, Copy, Debug)]
pub(super) enum Went {
    /// It is to come.
    Ahead,
    /// On its day these came.
    Held(&'static [Came]),
    /// It was called off some days before.
    Off(&'static str),
}

/// A session: on which day, of what, by whom with whom, where, for which initiative, for whom, and how it went. It was
/// scheduled ten working days before, or six days ago.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    pub on: i32,
    pub of: &'static str,
    pub trainer: Who,
    pub helps: &'static [Who],
    pub place: &'static str,
    pub initiative: Option<&'static str>,
    pub enrolled: &'static [Who],
    pub went: Went,
}

impl Session {
    /// When it was scheduled.
    pub(super) fn scheduled(&self) -> i32 {
        (self.on - 10).min(-6)
    }
}

const fn held(
    on: i32,
    of: &'static str,
    trainer: Who,
    place: &'static str,
    came: &'static [Came],
) -> Session {
    Session { on, of, trainer, helps: &[], place, initiative: None, enrolled: &[], went: Went::Held(came) }
}

const fn ahead(
    on: i32,
    of: &'static str,
    trainer: Who,
    place: &'static str,
    enrolled: &'static [Who],
) -> Session {
    Session { on, of, trainer, helps: &[], place, initiative: None, enrolled, went: Went::Ahead }
}

/// Somebody who was there for the whole day, with scores before and after.
const fn came(who: Who, pre: i32, post: i32) -> Came {
    Came(who, 210, Some(pre), Some(post))
}

pub(super) const SESSIONS: &[Session] = &[
    held(
        -180,
        MOMENTS,
        LEAD,
        "Head office, the big room",
        &[
            came("kirsten.pagh", 45, 92),
            came("emre.yildiz", 50, 88),
            came("line.tranberg", 40, 85),
            came("torben.ladegaard", 35, 80),
            came("anders.lykke", 55, 90),
            came("gitte.toft", 40, 60),
        ],
    ),
    Session {
        enrolled: &["anton.boegelund", "laerke.damgaard", "johan.kroeyer"],
        ..held(
            -150,
            MOMENTS,
            "kirsten.pagh",
            "Odense, room 2",
            &[
                came("anton.boegelund", 40, 86),
                came("laerke.damgaard", 30, 78),
                came("malthe.joergensen", 45, 74),
                came("karla.praestegaard", 50, 81),
                came("villads.enevoldsen", 20, 75),
                Came("ellen.vadgaard", 60, Some(40), None),
            ],
        )
    },
    held(
        -140,
        MOMENTS,
        "emre.yildiz",
        "Odense, room 1",
        &[
            came("amalie.bruun", 42, 79),
            came("bertram.soegaard", 38, 71),
            came("valdemar.munk", 45, 77),
            came("naja.kleist", 30, 72),
            came("malthe.joergensen", 70, 83),
        ],
    ),
    held(
        -110,
        MOMENTS,
        "torben.ladegaard",
        "The depot in Horsens",
        &[
            came("bo.kaempegaard", 25, 70),
            came("steen.roedkjaer", 35, 73),
            came("jesper.ibsen", 30, 76),
            Came("michael.toelboell", 210, None, None),
        ],
    ),
    held(
        -100,
        MOMENTS,
        "anton.boegelund",
        "Odense, room 2",
        &[
            came("ditte.kjeldsen", 35, 72),
            came("sebastian.loerup", 40, 75),
            came("hassan.rahimi", 50, 84),
            came("lea.oesterby", 30, 70),
            came("merle.schroeder", 45, 78),
        ],
    ),
    Session {
        went: Went::Off("Half of the team is down with influenza."),
        ..ahead(-84, MOMENTS, "torben.ladegaard", "The depot in Horsens", &["dennis.oerum", "christian.fogh"])
    },
    held(
        -80,
        STORY,
        "marie-louise.krogh",
        "Head office, the library",
        &[
            Came("tobias.vinther", 120, Some(60), Some(95)),
            Came("daniel.moelbak", 120, Some(55), Some(88)),
            Came("cecilie.baech", 100, Some(50), Some(80)),
        ],
    ),
    Session {
        helps: &["owner"],
        initiative: Some("One case, one owner"),
        ..held(
            -48,
            MOMENTS,
            "line.tranberg",
            "Aarhus, the quiet room",
            &[
                came("frontline", 40, 83),
                came("aksel.ravn", 35, 77),
                came("sofie.lundgaard", 45, 80),
                came("kasper.bonde", 30, 71),
                came("mikkel.frandsen", 38, 74),
            ],
        )
    },
    held(
        -35,
        STORY,
        "tobias.vinther",
        "Head office, the library",
        &[
            Came("trine.gammelgaard", 95, Some(40), Some(75)),
            Came("louise.thygesen", 110, Some(45), Some(82)),
            Came("gustav.ahlefeldt", 60, Some(40), Some(70)),
        ],
    ),
    // She has no certificate: it is flagged, and who came counts all the same.
    held(
        -30,
        MOMENTS,
        "amalie.bruun",
        "Odense, room 1",
        &[came("storm.hviid", 35, 72), came("johan.kroeyer", 40, 76)],
    ),
    // Her certificate has run out.
    held(
        -15,
        MOMENTS,
        "kirsten.pagh",
        "Odense, room 2",
        &[came("rikke.aagesen", 30, 74), came("ellen.vadgaard", 55, 79)],
    ),
    ahead(8, MOMENTS, "emre.yildiz", "Odense, room 1", &["elias.thomsen", "piotr.nowak"]),
    ahead(12, MOMENTS, "kirsten.pagh", "Odense, room 2", &["hedvig.loevgren"]),
    ahead(15, STORY, "marie-louise.krogh", "Head office, the library", &["sara.mogensen", "philip.hauge"]),
    ahead(25, MOMENTS, "torben.ladegaard", "The depot in Horsens", &["dennis.oerum", "christian.fogh"]),
];

/// A change agent: when nominated, who, for which unit, with how much of their time in percent, whether the manager
/// agreed, and where they went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agent {
    pub day: i32,
    pub who: Who,
    pub unit: &'static str,
    pub capacity: i32,
    pub agreed: bool,
    pub went: &'static [(i32, State)],
}

pub(super) const AGENTS: &[Agent] = &[
    Agent {
        day: -125,
        who: "anton.boegelund",
        unit: ODENSE,
        capacity: 20,
        agreed: true,
        went: &[(-121, Active)],
    },
    Agent {
        day: -125,
        who: "laerke.damgaard",
        unit: ODENSE,
        capacity: 10,
        agreed: true,
        went: &[(-121, Active)],
    },
    Agent {
        day: -44,
        who: "aksel.ravn",
        unit: AARHUS,
        capacity: 15,
        agreed: true,
        went: &[(-40, Active), (-12, Paused)],
    },
    Agent {
        day: -76,
        who: "daniel.moelbak",
        unit: DIGITAL,
        capacity: 25,
        agreed: true,
        went: &[(-74, Active), (-26, Alumni)],
    },
    Agent { day: -20, who: "bo.kaempegaard", unit: FIELD, capacity: 10, agreed: false, went: &[] },
    Agent { day: -9, who: "julie.kjaersgaard", unit: SALES, capacity: 10, agreed: false, went: &[] },
];
