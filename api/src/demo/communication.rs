//! What the leaders of the demo say, when they meant to, when they did, and whom it reached.
//!
//! Annemette Friis speaks to everybody about once a month and sets one figure right; Hanne Lyngsø speaks often and close by,
//! and has one talk overdue; Charlotte Vestergaard falls silent for half a year; Jørgen Hvid comes late. Two managers say to
//! their own people what it means for them. Søren Kjærulff says nothing at all.

use tutti_entity::communication::communication::{Channel, Purpose};
use tutti_entity::people::person::Tier;

use super::organisation::{AARHUS, BILLING, DIGITAL, FIELD, FINANCE, ODENSE, OPERATIONS, SALES, TOP};
use super::story::Who;

use Channel::{Chat, Email, Intranet, Newsletter, OneToOne, SiteVisit, TeamMeeting, TownHall, Video};
use Purpose::{Answer, PersonalImpact, Progress, Recognition, Story, What, Why};

/// Who keeps the log of what is said.
pub(super) const OFFICE: Who = "pmo";

/// The day on which the message house was entered.
pub(super) const HOUSE: i32 = -180;

const PROMISE: &str = "We win customers by keeping what we promise";
const TIME: &str = "You get the time that a customer needs";
const PAGE: &str = "A bill fits on one page and can be read aloud";
const CANDID: &str = "We tell how far we are, also when we are late";

const CONTACTS: &str = "Agents see the last five contacts";
const ONE_PAGE: &str = "A bill on one page";
const WELCOME: &str = "Welcome call within one working day";

/// What people are to hear: the message, what it is to do, about which initiative, and how often.
pub(super) const MESSAGES: &[(&str, Purpose, Option<&str>, Option<i32>)] = &[
    (PROMISE, Why, None, None),
    (CANDID, Progress, None, None),
    (TIME, PersonalImpact, Some(CONTACTS), Some(2)),
    (PAGE, What, Some(ONE_PAGE), Some(3)),
];

/// What became of something that was to be said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Became {
    /// It was said on this day; so many of a hundred heard it, and so many of a hundred signed for it.
    Said(i32, i32, i32),
    /// It was called off on this day.
    Off(i32, &'static str),
    /// It is still to be said.
    Ahead,
}

/// Something that a leader says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// The day for which it is planned; ten working days before somebody planned it, or on the day before it was said.
    pub planned: Option<i32>,
    pub sender: Who,
    pub channel: Channel,
    pub purpose: Purpose,
    pub subject: &'static str,
    pub body: &'static str,
    pub story: Option<&'static str>,
    pub message: Option<&'static str>,
    pub initiatives: &'static [&'static str],
    pub units: &'static [&'static str],
    pub tiers: &'static [Tier],
    pub people: &'static [Who],
    /// The subject of what it corrects.
    pub corrects: Option<&'static str>,
    pub became: Became,
    /// Who acknowledged it themselves the day after.
    pub read_by: &'static [Who],
}

impl Word {
    /// When it was planned, and by whom: leaders for themselves, the programme office for the others.
    pub(super) fn planned_on(&self) -> (i32, Who) {
        let on = match (self.planned, self.became) {
            (Some(day), _) if day < -8 => day - 10,
            (None, Became::Said(day, ..)) => day - 1,
            _ => -8,
        };
        let leads = ["annemette.friis", "leader", "charlotte.vestergaard", "joergen.hvid"];
        (on, if leads.contains(&self.sender) { self.sender } else { OFFICE })
    }
}

const fn word(
    planned: i32,
    sender: Who,
    channel: Channel,
    purpose: Purpose,
    subject: &'static str,
    body: &'static str,
) -> Word {
    Word {
        planned: Some(planned),
        sender,
        channel,
        purpose,
        subject,
        body,
        story: None,
        message: None,
        initiatives: &[],
        units: &[TOP],
        tiers: &[],
        people: &[],
        corrects: None,
        became: Became::Ahead,
        read_by: &[],
    }
}

const AT_THE_FRONT: &[Tier] = &[Tier::Frontline];

pub(super) const WORDS: &[Word] = &[
    Word {
        story: Some(
            "In November Mrs Iversen rang us nine times about one meter. The ninth colleague read all eight notes \
             aloud to her and then drove out himself. She sent us a cake, and a bill for the cake.",
        ),
        message: Some(PROMISE),
        became: Became::Said(-170, 92, 61),
        read_by: &["owner", "frontline", "agent", "kirsten.pagh"],
        ..word(
            -170,
            "annemette.friis",
            TownHall,
            Why,
            "Why we begin",
            "Customers do not leave us because of the price. They leave when we **forget** them.\n\n\
             Each of us, in the warehouse of meters as in the board, works towards the same five numbers from today.",
        )
    },
    Word {
        initiatives: &[CONTACTS],
        units: &[AARHUS, ODENSE],
        became: Became::Said(-162, 96, 80),
        read_by: &["owner", "frontline"],
        ..word(
            -162,
            "leader",
            TeamMeeting,
            What,
            "What changes at your desk",
            "From March you see the last five contacts of whoever calls, whoever took them.",
        )
    },
    Word {
        initiatives: &[WELCOME],
        units: &[SALES, DIGITAL],
        became: Became::Said(-155, 64, 20),
        ..word(
            -155,
            "charlotte.vestergaard",
            Newsletter,
            What,
            "A call on the first working day",
            "Whoever signs on Monday hears from us on Tuesday. No form, one voice.",
        )
    },
    Word {
        message: Some(CANDID),
        became: Became::Said(-139, 71, 34),
        read_by: &["agent"],
        ..word(
            -140,
            "annemette.friis",
            Video,
            Progress,
            "The first two months",
            "Seven initiatives run, and the NPS stands at 34.",
        )
    },
    Word {
        planned: None,
        channel: Intranet,
        corrects: Some("The first two months"),
        became: Became::Said(-136, 66, 41),
        read_by: &["agent", "owner"],
        ..word(
            0,
            "annemette.friis",
            Intranet,
            Purpose::Correction,
            "The first two months: the right number",
            "I said that the NPS stands at 34. That was the month; the **quarter** stands at 30. I should have looked twice.",
        )
    },
    Word {
        message: Some(PAGE),
        initiatives: &[ONE_PAGE],
        units: &[FINANCE],
        became: Became::Said(-123, 60, 18),
        ..word(
            -130,
            "joergen.hvid",
            Intranet,
            What,
            "One page, and no footnotes",
            "The bill loses its second page in June. What cannot be read aloud to a customer goes.",
        )
    },
    Word {
        message: Some(TIME),
        initiatives: &[CONTACTS],
        units: &[AARHUS],
        tiers: AT_THE_FRONT,
        became: Became::Said(-118, 100, 90),
        read_by: &["frontline"],
        ..word(
            -118,
            "owner",
            TeamMeeting,
            PersonalImpact,
            "What it means for us in Aarhus",
            "Nobody counts your minutes any more. We count who calls us again about the same thing.",
        )
    },
    Word {
        message: Some(TIME),
        initiatives: &[CONTACTS],
        units: &[ODENSE],
        tiers: AT_THE_FRONT,
        became: Became::Said(-116, 89, 72),
        ..word(
            -117,
            "kirsten.pagh",
            TeamMeeting,
            PersonalImpact,
            "What it means for us in Odense",
            "You may ring back without asking. Write down what you promised; the next of us will see it.",
        )
    },
    Word {
        message: Some(PROMISE),
        became: Became::Said(-104, 57, 21),
        read_by: &["kirsten.pagh"],
        ..word(
            -104,
            "annemette.friis",
            Intranet,
            Why,
            "What a promise costs",
            "We looked at a hundred customers who left. Eighty-one of them had been promised a call.",
        )
    },
    Word {
        story: Some(
            "On a Friday at four, on a roof in Viby, Bo found that the router he had brought was the wrong one. The family \
             was to open a shop the next morning. He drove back, came at nine in the evening, and stayed until the till rang.",
        ),
        units: &[FIELD],
        became: Became::Said(-88, 93, 60),
        ..word(
            -88,
            "leader",
            SiteVisit,
            Story,
            "Friday at four, on a roof in Viby",
            "I rode along with Bo for a day. This is what I saw.",
        )
    },
    Word {
        units: &[SALES],
        became: Became::Off(-68, "The campaign took all of our time."),
        ..word(
            -75,
            "charlotte.vestergaard",
            TeamMeeting,
            Progress,
            "Half a year of welcome calls",
            "What we learned from the first thousand.",
        )
    },
    Word {
        message: Some(PAGE),
        initiatives: &[ONE_PAGE],
        units: &[BILLING],
        became: Became::Said(-74, 85, 50),
        ..word(
            -74,
            "joergen.hvid",
            Video,
            Progress,
            "The first thousand bills on one page",
            "Of a thousand customers nineteen rang. In the month before it was sixty-four.",
        )
    },
    Word {
        units: &[OPERATIONS],
        became: Became::Said(-66, 78, 40),
        ..word(
            -70,
            "leader",
            Intranet,
            Answer,
            "You asked: who reads the notes?",
            "All of us. I read twenty each morning, and the first of them aloud at the stand-up.",
        )
    },
    Word {
        message: Some(CANDID),
        became: Became::Said(-61, 88, 56),
        read_by: &["owner", "agent", "frontline"],
        ..word(
            -61,
            "annemette.friis",
            TownHall,
            Progress,
            "Half-way, and late in two places",
            "Moving house and the old billing engine are late. We have not told our customers well enough. Here is what we do.",
        )
    },
    Word {
        units: &[ODENSE],
        became: Became::Off(-44, "Moved to the town hall of June."),
        ..word(
            -40,
            "leader",
            TeamMeeting,
            What,
            "One history for chat and telephone",
            "What you will see, and from when.",
        )
    },
    Word {
        initiatives: &[CONTACTS],
        units: &[AARHUS, ODENSE, FIELD],
        became: Became::Said(-31, 90, 66),
        read_by: &["frontline"],
        ..word(
            -31,
            "leader",
            TeamMeeting,
            Progress,
            "Fewer second calls",
            "In May every fifth customer rang twice about the same thing. In January it was every third.",
        )
    },
    Word {
        story: Some(
            "A young man wanted to cancel his father's broadband. Isabella heard why, cancelled nothing, and first asked him \
             whether there was somebody with him. He rang again in spring and asked for her by name.",
        ),
        units: &[SALES],
        became: Became::Said(-24, 75, 38),
        ..word(
            -24,
            "charlotte.vestergaard",
            SiteVisit,
            Story,
            "Whether there was somebody with him",
            "Isabella told me this one when I sat beside her. I asked her whether I may pass it on.",
        )
    },
    Word {
        units: &[AARHUS],
        became: Became::Said(-19, 82, 30),
        ..word(
            -19,
            "annemette.friis",
            Chat,
            Recognition,
            "Thank you, Aarhus",
            "Ten thousand calls, and not one without a note. That is how a promise is kept.",
        )
    },
    Word {
        units: &[BILLING],
        became: Became::Said(-11, 92, 44),
        ..word(
            -14,
            "joergen.hvid",
            TeamMeeting,
            PersonalImpact,
            "What the new engine means for billing",
            "Nobody loses their work. Six of you learn the new engine first and teach the rest.",
        )
    },
    Word {
        planned: None,
        units: &[],
        people: &["tine.floee"],
        became: Became::Said(-9, 100, 100),
        ..word(
            0,
            "joergen.hvid",
            OneToOne,
            Recognition,
            "The audit of May",
            "You found the eleven double payments before anybody asked. Thank you.",
        )
    },
    Word {
        message: Some(PROMISE),
        tiers: AT_THE_FRONT,
        became: Became::Said(-4, 41, 8),
        ..word(
            -4,
            "annemette.friis",
            Video,
            Why,
            "Two minutes on why",
            "For those who could not be there: why we do all this, in two minutes.",
        )
    },
    Word {
        units: &[AARHUS, ODENSE],
        ..word(
            -2,
            "leader",
            TeamMeeting,
            What,
            "Summer rota and call-backs",
            "Who rings back while half of us are away.",
        )
    },
    Word {
        initiatives: &[CONTACTS],
        units: &[OPERATIONS],
        ..word(
            6,
            "leader",
            TownHall,
            Progress,
            "Before the holidays",
            "What holds, what does not, and what we leave for August.",
        )
    },
    Word {
        message: Some(CANDID),
        ..word(
            10,
            "annemette.friis",
            Email,
            Progress,
            "Three quarters of the way",
            "Where we are with the five numbers, and with the two places where we were late.",
        )
    },
    Word {
        units: &[SALES, DIGITAL],
        ..word(
            15,
            "charlotte.vestergaard",
            TeamMeeting,
            What,
            "The offer that customers can compare",
            "What we say from September, and what we stop saying.",
        )
    },
    Word {
        message: Some(PAGE),
        initiatives: &[ONE_PAGE],
        units: &[FINANCE],
        ..word(
            18,
            "joergen.hvid",
            TeamMeeting,
            Progress,
            "A year of bills on one page",
            "What it saved, what it cost, and which of us should have the thanks.",
        )
    },
];
