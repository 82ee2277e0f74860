//! What the demo's initiatives need of one another, what may go wrong with them, and who does what about it.

use tutti_entity::portfolio::raid_item::{Kind, Status};

use super::story::Who;

/// That one initiative needs another, both by the titles under which they were proposed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub day: i32,
    pub giver: &'static str,
    pub taker: &'static str,
    pub needed: i32,
    pub note: &'static str,
    /// When it was removed, and why.
    pub removed: Option<(i32, &'static str)>,
}

/// A risk, an assumption or an issue as it was entered, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worry {
    pub day: i32,
    pub by: Who,
    pub of: &'static str,
    pub kind: Kind,
    pub title: &'static str,
    pub owner: Who,
    pub probability: i32,
    pub impact: i32,
    /// In major units of the currency of the portfolio.
    pub cost: Option<i64>,
    pub response: Option<&'static str>,
    pub due: Option<i32>,
    pub turns: &'static [(i32, Turned)],
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turned {
    To(Status, &'static str),
    /// It happened: what the issue is called, and what happened.
    Happened(&'static str, &'static str),
}

/// An action as it was asked for, and how it ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub day: i32,
    pub by: Who,
    pub about: About,
    pub title: &'static str,
    pub who: Who,
    pub due: i32,
    pub ended: Option<(i32, Ended)>,
}

/// What an action is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    /// A risk, assumption or issue, by its title.
    Worry(&'static str),
    /// An initiative, by the title under which it was proposed.
    Initiative(&'static str),
    /// The programme office itself.
    Office,
}

/// How an action ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ended {
    Done,
    Dropped(&'static str),
}

const fn need(
    day: i32,
    (giver, taker): (&'static str, &'static str),
    needed: i32,
    note: &'static str,
) -> Need {
    Need { day, giver, taker, needed, note, removed: None }
}

/// The dependencies. Two of them come too late.
pub(super) const NEEDS: &[Need] = &[
    need(-92, (PAGE, JUMP), 5, "The sentence that explains the jump stands on page one."),
    need(-56, (CHAT, CASE), 80, "A case has one owner only when its chats are part of it."),
    need(-60, (CONTACTS, CALL_BACK), 10, "Whoever calls back sees what was promised before."),
    need(-95, (MOVING_DAY, MOVING), 60, "The order of the line is part of the conversation."),
    need(-50, (OUTAGE, FAULTS), 40, "The list of streets with an outage."),
    need(-58, (ARTICLES, FAULTS), 20, "Twelve articles on routers, tested by agents."),
    need(-80, (TRAINERS, STANDARDS), 110, "The standards are taught by the change agents."),
    need(-28, (HOUSE, REWARDS), 30, "Nobody explains a bonus without the message house."),
    need(-45, (BOARD, MOMENTS), 90, "The stories come from the board."),
    Need {
        removed: Some((-42, "The old engine stays; refunds leave it by a file every night.")),
        ..need(-70, (ENGINE, REFUNDS), -20, "Refunds are booked in the new engine alone.")
    },
];

const PAGE: &str = "A bill on one page";
const JUMP: &str = "Explain every jump of more than 20 %";
const CHAT: &str = "Chat and telephone share one history";
const CASE: &str = "One case, one owner";
const CONTACTS: &str = "Agents see the last five contacts";
const CALL_BACK: &str = "Call back everyone who gave us 0 to 6 within 48 hours";
const MOVING_DAY: &str = "Broadband ready on moving day";
const MOVING: &str = "Moving house in one conversation";
const OUTAGE: &str = "Outage messages before the phone rings";
const FAULTS: &str = "Broadband faults solved in the first call";
const ARTICLES: &str = "Knowledge articles that agents trust";
const TRAINERS: &str = "Train the trainer: the first 24 change agents";
const STANDARDS: &str = "Standards at moments that matter: the first 30 days";
const HOUSE: &str = "The message house of the leadership";
const REWARDS: &str = "Front line and executives rewarded on the same numbers";
const BOARD: &str = "Single-customer feedback on the board by noon";
const MOMENTS: &str = "Customer moments: one story a week in every team";
const ENGINE: &str = "The last 4 000 customers leave the old billing engine";
const REFUNDS: &str = "Refunds within three days";
const CONFIRMATION: &str = "One order confirmation for energy and broadband";
const WINDOWS: &str = "Appointment windows of two hours";
const ROUTER: &str = "Router that sets itself up";
const STORY: &str = "The technician knows the story";
const SETTLEMENT: &str = "A warning before the annual settlement";
const SHOCK: &str = "The bill-shock desk";
const DEBT: &str = "Talking about debt with dignity";
const CALLS: &str = "Executives listen to four calls a month";
const NPS: &str = "The story behind the NPS";
const PULSE: &str = "How are we doing? An employee pulse every fortnight";
const COUNCIL: &str = "A council of thirty customers";

/// A risk that is open and of which no more was said.
const fn risk(
    (day, by): (i32, Who),
    of: &'static str,
    title: &'static str,
    owner: Who,
    (probability, impact): (i32, i32),
) -> Worry {
    Worry {
        day,
        by,
        of,
        kind: Kind::Risk,
        title,
        owner,
        probability,
        impact,
        cost: None,
        response: None,
        due: None,
        turns: &[],
    }
}

const UNION: &str = "The unions read the rating of single agents as surveillance";
const PRINT: &str = "The printing house cannot print two colours on page one";
const NUMBERS: &str = "The telephone system does not hand over withheld numbers";
const READINGS: &str = "Hourly readings come in late again";
const TRAINED: &str = "Trained change agents are called back to their teams";
const REGULATOR: &str = "The regulator asks for the grid fee on page one again";
const LINES: &str = "The line owner needs nine days for an order, not five";
const ROUTERS: &str = "The supplier of routers is bought by a competitor";
const FINE: &str = "A refund to the wrong account is a breach of data";
const BONUS: &str = "Executives do not give up a bonus of their own";

/// The risks, assumptions and issues.
pub(super) const WORRIES: &[Worry] = &[
    Worry {
        cost: Some(900_000),
        response: Some("Proofs from two other printing houses, and one colour as a way out."),
        due: Some(4),
        turns: &[(-60, Turned::To(Status::Mitigating, "Proofs are ordered."))],
        ..risk((-75, "dorthe.kragelund"), PAGE, PRINT, "dorthe.kragelund", (4, 5))
    },
    Worry {
        cost: Some(400_000),
        turns: &[(-20, Turned::To(Status::Accepted, "We would learn of it a quarter before."))],
        ..risk((-100, "dorthe.kragelund"), PAGE, REGULATOR, "tine.floee", (2, 4))
    },
    // High, and nobody was asked to do anything about it for a month.
    Worry { cost: Some(60_000), ..risk((-48, "owner"), CONTACTS, NUMBERS, "owner", (4, 4)) },
    Worry {
        cost: Some(120_000),
        response: Some("Ask for a board decision while the year is young."),
        ..risk((-29, "pmo"), REWARDS, BONUS, "approver", (4, 5))
    },
    Worry { cost: Some(250_000), ..risk((-55, "pmo"), REFUNDS, FINE, "marcus.lindqvist", (3, 5)) },
    Worry {
        response: Some("Groups of five agents, never one alone; the shop stewards see the board first."),
        turns: &[(-30, Turned::To(Status::Mitigating, "The shop stewards were there on Tuesday."))],
        ..risk((-52, "owner"), BOARD, UNION, "owner", (3, 4))
    },
    Worry {
        cost: Some(300_000),
        turns: &[(
            -50,
            Turned::Happened(
                "The readings of the first quarter are five weeks late",
                "The meter company changed its system over a weekend, and then over another.",
            ),
        )],
        ..risk((-90, "lene.abildgaard"), SETTLEMENT, READINGS, "lene.abildgaard", (4, 4))
    },
    Worry {
        cost: Some(80_000),
        response: Some("A written promise of each manager: one day a week, for a year."),
        due: Some(15),
        ..risk((-40, "agent"), TRAINERS, TRAINED, "agent", (4, 4))
    },
    Worry {
        kind: Kind::Assumption,
        cost: Some(700_000),
        ..risk((-90, "torben.ladegaard"), MOVING_DAY, LINES, "torben.ladegaard", (3, 4))
    },
    Worry {
        cost: Some(1_500_000),
        turns: &[(-27, Turned::To(Status::Accepted, "There is no other that updates itself."))],
        ..risk((-60, "pmo"), ROUTER, ROUTERS, "pia.soendergaard", (2, 5))
    },
    Worry {
        turns: &[(-70, Turned::To(Status::Closed, "The new template holds both."))],
        ..risk(
            (-120, "pia.soendergaard"),
            CONFIRMATION,
            "Energy and broadband have different terms of withdrawal",
            "pia.soendergaard",
            (3, 3),
        )
    },
    Worry {
        kind: Kind::Issue,
        cost: Some(140_000),
        response: Some("Two drivers of the night shift ride along until the gap is closed."),
        due: Some(-2),
        ..risk(
            (-18, "agnieszka.wojcik"),
            WINDOWS,
            "Six technicians short on Saturdays",
            "agnieszka.wojcik",
            (5, 3),
        )
    },
    Worry {
        kind: Kind::Assumption,
        ..risk((-95, "owner"), MOVING, "Customers know their moving day three weeks ahead", "owner", (2, 3))
    },
    risk((-70, "agent"), STANDARDS, "Twelve standards are too many to remember", "agent", (3, 3)),
    Worry {
        cost: Some(35_000),
        ..risk(
            (-66, "kirsten.pagh"),
            CALL_BACK,
            "Call-backs eat the hours that the queue needs",
            "kirsten.pagh",
            (4, 3),
        )
    },
    Worry {
        turns: &[(-58, Turned::To(Status::Closed, "Nobody asked for it in eight weeks."))],
        ..risk(
            (-100, "line.tranberg"),
            CASE,
            "Agents keep easy cases and let hard ones lie",
            "line.tranberg",
            (3, 4),
        )
    },
    Worry {
        kind: Kind::Assumption,
        ..risk((-84, "emre.yildiz"), CHAT, "The chat supplier keeps its interface", "emre.yildiz", (2, 4))
    },
    Worry {
        kind: Kind::Issue,
        ..risk(
            (-19, "emre.yildiz"),
            CHAT,
            "The contract with the chat supplier ends in autumn",
            "emre.yildiz",
            (5, 4),
        )
    },
    risk(
        (-110, "emre.yildiz"),
        OUTAGE,
        "A message about the wrong street costs more trust than none",
        "emre.yildiz",
        (2, 4),
    ),
    risk(
        (-60, "kirsten.pagh"),
        FAULTS,
        "Second-line engineers leave for the data centre",
        "kirsten.pagh",
        (3, 4),
    ),
    Worry {
        cost: Some(90_000),
        ..risk(
            (-80, "torben.ladegaard"),
            STORY,
            "No coverage in the valleys, no story on the phone",
            "torben.ladegaard",
            (4, 2),
        )
    },
    Worry {
        kind: Kind::Assumption,
        ..risk(
            (-90, "dorthe.kragelund"),
            JUMP,
            "The price of heat does not change before winter",
            "dorthe.kragelund",
            (2, 3),
        )
    },
    risk((-98, "owner"), SHOCK, "The desk becomes the place where every complaint ends", "owner", (3, 3)),
    Worry {
        turns: &[(-40, Turned::To(Status::Mitigating, "Supervision every second Thursday."))],
        ..risk((-85, "pmo"), DEBT, "Hard calls wear our own people out", "dorthe.kragelund", (3, 4))
    },
    Worry {
        kind: Kind::Issue,
        ..risk(
            (-35, "pmo"),
            CALLS,
            "Two of nine executives have not listened since spring",
            "tobias.vinther",
            (5, 3),
        )
    },
    Worry {
        kind: Kind::Assumption,
        turns: &[(-70, Turned::To(Status::Closed, "Answers per week have doubled."))],
        ..risk(
            (-120, "marie-louise.krogh"),
            NPS,
            "A fifth of the customers answer",
            "marie-louise.krogh",
            (3, 4),
        )
    },
    risk((-75, "camilla.rye"), PULSE, "Teams of fewer than five could be recognised", "camilla.rye", (2, 5)),
    Worry {
        cost: Some(20_000),
        ..risk(
            (-72, "anders.lykke"),
            COUNCIL,
            "The thirty are friends of ours, not customers",
            "anders.lykke",
            (3, 3),
        )
    },
    Worry {
        kind: Kind::Assumption,
        ..risk((-140, "agent"), MOMENTS, "Team leaders find ten minutes a week", "ida.skovgaard", (3, 3))
    },
    risk(
        (-85, "frederik.aagesen"),
        HOUSE,
        "Seven messages are told in nine ways",
        "frederik.aagesen",
        (3, 2),
    ),
];

const fn task(
    (day, by): (i32, Who),
    about: About,
    title: &'static str,
    (who, due): (Who, i32),
    ended: Option<(i32, Ended)>,
) -> Task {
    Task { day, by, about, title, who, due, ended }
}

/// The actions.
pub(super) const TASKS: &[Task] = &[
    task(
        (-60, "dorthe.kragelund"),
        About::Worry(PRINT),
        "Get proofs from the printing house in Vejle",
        ("inge.vaever", -40),
        Some((-41, Ended::Done)),
    ),
    task(
        (-12, "dorthe.kragelund"),
        About::Worry(PRINT),
        "Decide on one colour or two",
        ("tine.floee", 3),
        None,
    ),
    task(
        (-46, "owner"),
        About::Worry(NUMBERS),
        "Ask the supplier for a date",
        ("line.tranberg", -35),
        Some((-36, Ended::Done)),
    ),
    task(
        (-30, "owner"),
        About::Worry(UNION),
        "Show the board to the shop stewards",
        ("owner", -25),
        Some((-25, Ended::Done)),
    ),
    task(
        (-8, "owner"),
        About::Worry(UNION),
        "Write down who sees what, and for how long",
        ("ida.skovgaard", 5),
        None,
    ),
    task(
        (-49, "lene.abildgaard"),
        About::Worry("The readings of the first quarter are five weeks late"),
        "Estimate from last year until they are in",
        ("lene.abildgaard", -30),
        Some((-28, Ended::Done)),
    ),
    task(
        (-15, "lene.abildgaard"),
        About::Worry("The readings of the first quarter are five weeks late"),
        "Agree on a penalty for the next quarter",
        ("marcus.lindqvist", -3),
        None,
    ),
    task(
        (-39, "agent"),
        About::Worry(TRAINED),
        "Collect the promises of eight managers",
        ("camilla.rye", -10),
        None,
    ),
    task(
        (-17, "agnieszka.wojcik"),
        About::Worry("Six technicians short on Saturdays"),
        "Two drivers of the night shift ride along",
        ("agnieszka.wojcik", -10),
        Some((-9, Ended::Done)),
    ),
    task(
        (-9, "agnieszka.wojcik"),
        About::Worry("Six technicians short on Saturdays"),
        "Hire four more for the summer",
        ("rasmus.ejlertsen", 12),
        None,
    ),
    task(
        (-18, "emre.yildiz"),
        About::Worry("The contract with the chat supplier ends in autumn"),
        "Offers of three suppliers on one page",
        ("anders.lykke", 2),
        None,
    ),
    task(
        (-64, "kirsten.pagh"),
        About::Worry("Call-backs eat the hours that the queue needs"),
        "Count the minutes of call-backs for two weeks",
        ("emre.yildiz", -45),
        Some((-44, Ended::Done)),
    ),
    task(
        (-33, "pmo"),
        About::Worry("Two of nine executives have not listened since spring"),
        "Put their calls into their calendars",
        ("tobias.vinther", -20),
        Some((-22, Ended::Dropped("They want to choose the hour themselves."))),
    ),
    task(
        (-21, "pmo"),
        About::Worry("Two of nine executives have not listened since spring"),
        "Talk to both of them before the next meeting of the board",
        ("leader", 1),
        None,
    ),
    // He left, and whoever took over has it now.
    task(
        (-58, "pmo"),
        About::Worry(ROUTERS),
        "Ask the lawyers what the contract says about a sale",
        ("oliver.brandt", -20),
        None,
    ),
    task(
        (-10, "owner"),
        About::Initiative(MOVING),
        "Listen to ten calls about moving",
        ("frontline", 6),
        None,
    ),
    task(
        (-6, "owner"),
        About::Initiative(SHOCK),
        "Write the three sentences of the desk",
        ("owner", 0),
        None,
    ),
    task(
        (-7, "torben.ladegaard"),
        About::Initiative(STORY),
        "Test the offline story in two valleys",
        ("frontline", 4),
        None,
    ),
    task(
        (-26, "pmo"),
        About::Initiative(CONFIRMATION),
        "Say in one line why the date moved a second time",
        ("pia.soendergaard", -19),
        Some((-20, Ended::Done)),
    ),
    task((-5, "pmo"), About::Office, "Prepare the steering committee", ("jonas.baek", 4), None),
    task(
        (-5, "pmo"),
        About::Office,
        "Ask every owner for the three risks that keep them awake",
        ("marie-louise.krogh", 9),
        None,
    ),
    task(
        (-40, "pmo"),
        About::Office,
        "A wall with all due dates",
        ("tobias.vinther", -20),
        Some((-30, Ended::Dropped("Nobody walks past it any more; the list is enough."))),
    ),
];
