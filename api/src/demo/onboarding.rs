//! What is done for those who have just said yes.

use tutti_entity::portfolio::date_move::MoveReason::{
    Capacity, DecisionWait, Dependency, Estimate, External, Scope,
};
use tutti_entity::portfolio::initiative::Status::{
    Active, Approved, Cancelled, Closed, Closing, OnHold, Rejected,
};
use tutti_entity::portfolio::initiative::ValueChainStage::{
    CustomerService, Delivery, Marketing, OrderProcessing, Sales,
};

use super::story::{Deed, Initiative, because, moved, propose, to, turn};

/// The initiatives.
pub(super) const INITIATIVES: &[Initiative] = &[
    Initiative {
        title: "Welcome call within one working day",
        description: "Every new customer is called by the person who will answer them next time. **One \
            question** is asked: what would make the first month easy?",
        stages: &[Sales, CustomerService],
        owner: "owner",
        sponsor: Some("charlotte.vestergaard"),
        reviewer: Some("ida.skovgaard"),
        starts: -170,
        due: -95,
        turns: &[
            propose(-189, "willem.de.vries"),
            to(-183, "willem.de.vries", Approved),
            to(-170, "owner", Active),
            moved(
                -112,
                "owner",
                -78,
                Capacity,
                "Two of the four callers were lent to the outage desk during the storms.",
            ),
            to(-82, "owner", Closing),
            because(
                -74,
                "pmo",
                Closed,
                "Nine in ten new customers are reached; the routine is in the shift plan.",
            ),
            turn(-40, "owner", Deed::Archive),
        ],
    },
    Initiative {
        title: "One order confirmation for energy and broadband",
        description: "Customers who buy both get two confirmations today, with two dates and two customer \
            numbers. They get **one**, in words that their neighbour would use.",
        stages: &[Sales, OrderProcessing],
        owner: "pia.soendergaard",
        sponsor: Some("niels.hoejgaard"),
        reviewer: Some("eva.noerregaard"),
        starts: -160,
        due: -55,
        turns: &[
            propose(-188, "willem.de.vries"),
            to(-180, "willem.de.vries", Approved),
            to(-158, "pia.soendergaard", Active),
            moved(
                -96,
                "pia.soendergaard",
                -20,
                Dependency,
                "The shared customer number comes with the billing release, which is six weeks late.",
            ),
            moved(
                -47,
                "pia.soendergaard",
                25,
                Scope,
                "Business customers with several meters are in after all; their confirmation needs its own \
                    layout.",
            ),
            turn(-31, "pia.soendergaard", Deed::Reviewer("ida.skovgaard")),
        ],
    },
    Initiative {
        title: "Broadband ready on moving day",
        description: "The line is live when the boxes arrive, or we lend a mobile router. The technician \
            calls the evening before.",
        stages: &[OrderProcessing, Delivery],
        owner: "torben.ladegaard",
        sponsor: Some("rasmus.ejlertsen"),
        reviewer: Some("leader"),
        starts: -150,
        due: -40,
        turns: &[
            propose(-185, "willem.de.vries"),
            to(-178, "willem.de.vries", Approved),
            to(-151, "torben.ladegaard", Active),
            moved(
                -66,
                "torben.ladegaard",
                -12,
                External,
                "The fibre wholesaler has moved its own hand-over date for the new estates.",
            ),
            turn(-60, "torben.ladegaard", Deed::Stages(&[Sales, OrderProcessing, Delivery])),
        ],
    },
    Initiative {
        title: "Appointment windows of two hours",
        description: "Nobody takes a day off for a technician. Windows shrink from half a day to two \
            hours, and a text message says who is coming.",
        stages: &[Delivery, CustomerService],
        owner: "agnieszka.wojcik",
        sponsor: Some("rasmus.ejlertsen"),
        reviewer: Some("bent.moelgaard"),
        starts: -120,
        due: 30,
        turns: &[
            propose(-146, "pmo"),
            to(-137, "pmo", Approved),
            to(-119, "agnieszka.wojcik", Active),
            moved(
                -52,
                "agnieszka.wojcik",
                60,
                Estimate,
                "Route planning for the islands takes twice the time that we had put down.",
            ),
        ],
    },
    Initiative {
        title: "First-bill preview during the sale",
        description: "The seller shows the first bill on the screen, with the two lines that surprise \
            people most, *before* the customer says yes.",
        stages: &[Sales, OrderProcessing],
        owner: "gitte.toft",
        sponsor: Some("niels.hoejgaard"),
        reviewer: Some("tine.floee"),
        starts: -95,
        due: 45,
        turns: &[
            propose(-128, "pmo"),
            to(-119, "pmo", Approved),
            to(-93, "gitte.toft", Active),
            turn(-71, "gitte.toft", Deed::Retitle("First-bill preview while the customer decides")),
            moved(-22, "gitte.toft", 62, Capacity, "Two sellers short until the newcomers are trained."),
        ],
    },
    Initiative {
        title: "Router that sets itself up",
        description: "Plug it in and it works: no code from the sticker, no app. Returns for \"does not \
            work\" are one in six today, and most of those routers are fine.",
        stages: &[Delivery, CustomerService],
        owner: "oliver.brandt",
        sponsor: Some("charlotte.vestergaard"),
        reviewer: Some("pia.soendergaard"),
        starts: -115,
        due: 50,
        turns: &[
            propose(-139, "pmo"),
            to(-130, "pmo", Approved),
            to(-114, "oliver.brandt", Active),
            moved(
                -77,
                "oliver.brandt",
                70,
                Dependency,
                "The supplier delivers the firmware with the guided start one release later.",
            ),
            turn(-54, "oliver.brandt", Deed::Reviewer("anders.lykke")),
            because(
                -26,
                "pia.soendergaard",
                OnHold,
                "The firmware failed the security test. We wait for the supplier and pay for nothing until \
                    then.",
            ),
        ],
    },
    Initiative {
        title: "Moving house in one conversation",
        description: "Power, heat, broadband and the final reading in one call or one form, whichever side \
            of the move the customer starts from.",
        stages: &[Sales, OrderProcessing, Delivery, CustomerService],
        owner: "owner",
        sponsor: Some("soeren.kjaerulff"),
        reviewer: Some("agent"),
        starts: -105,
        due: 90,
        turns: &[
            propose(-133, "pmo"),
            to(-124, "pmo", Approved),
            to(-104, "owner", Active),
            moved(
                -36,
                "owner",
                110,
                Scope,
                "Sub-tenants and shared flats are a third of all moves and were not in the first plan.",
            ),
        ],
    },
    Initiative {
        title: "Standards at moments that matter: the first 30 days",
        description: "Five moments, one standard each, written by those who live them:\n\n1. the yes\n2. \
            the wait\n3. the visit\n4. the first evening\n5. the first bill",
        stages: &[Sales, OrderProcessing, Delivery, CustomerService],
        owner: "agent",
        sponsor: Some("lars.thorup"),
        reviewer: Some("gitte.toft"),
        starts: -88,
        due: 130,
        turns: &[
            propose(-112, "pmo"),
            to(-101, "pmo", Approved),
            to(-86, "agent", Active),
            turn(-45, "pmo", Deed::Sponsor("charlotte.vestergaard")),
        ],
    },
    Initiative {
        title: "Contract in plain language",
        description: "Two pages instead of eleven. Tested with customers who left because of the small \
            print.",
        stages: &[Marketing, Sales],
        owner: "anders.lykke",
        sponsor: Some("charlotte.vestergaard"),
        reviewer: Some("tine.floee"),
        starts: -165,
        due: -108,
        turns: &[
            propose(-187, "willem.de.vries"),
            to(-179, "willem.de.vries", Approved),
            to(-164, "anders.lykke", Active),
            moved(
                -126,
                "anders.lykke",
                -100,
                DecisionWait,
                "Legal and the regulator had to agree to the shorter cancellation clause.",
            ),
            to(-103, "anders.lykke", Closing),
            to(-92, "pmo", Closed),
        ],
    },
    Initiative {
        title: "Meter reading handed over by photo",
        description: "The old tenant sends a photo, the new one confirms it. Nobody argues about a number \
            that nobody wrote down.",
        stages: &[OrderProcessing, Delivery],
        owner: "pia.soendergaard",
        sponsor: Some("niels.hoejgaard"),
        reviewer: Some("dorthe.kragelund"),
        starts: -110,
        due: -18,
        turns: &[
            propose(-131, "pmo"),
            to(-122, "pmo", Approved),
            to(-109, "pia.soendergaard", Active),
            moved(
                -58,
                "pia.soendergaard",
                -4,
                Estimate,
                "Reading the photos of old meters is right in 91 %, not in 98 % as promised.",
            ),
            because(
                -7,
                "pia.soendergaard",
                Closing,
                "Live for all flats since Monday; the handover to customer service runs.",
            ),
        ],
    },
    Initiative {
        title: "Installation check by drone",
        description: "A drone looks at the roof before the technician does.",
        stages: &[Delivery],
        owner: "agnieszka.wojcik",
        sponsor: Some("rasmus.ejlertsen"),
        reviewer: Some("torben.ladegaard"),
        starts: -60,
        due: 40,
        turns: &[
            propose(-92, "pmo"),
            because(
                -81,
                "pmo",
                Rejected,
                "No customer has asked for it, and the two accidents last year happened on the ladder, not \
                    on the roof.",
            ),
        ],
    },
    Initiative {
        title: "Welcome box by post",
        description: "A box with chocolate, a tape measure and a letter from the managing director.",
        stages: &[Marketing, Sales],
        owner: "anders.lykke",
        sponsor: Some("charlotte.vestergaard"),
        reviewer: Some("niels.hoejgaard"),
        starts: -100,
        due: 20,
        turns: &[
            propose(-127, "pmo"),
            to(-117, "pmo", Approved),
            to(-98, "anders.lykke", Active),
            because(
                -69,
                "pmo",
                Cancelled,
                "The pilot moved nothing: those with a box called just as often in the first month. The \
                    money goes to the welcome call.",
            ),
        ],
    },
    Initiative {
        title: "Heat-pump advice before the offer",
        description: "An adviser looks at the house first, on video, and says so when a heat pump will \
            **not** pay.",
        stages: &[Marketing, Sales],
        owner: "gitte.toft",
        sponsor: Some("niels.hoejgaard"),
        reviewer: Some("agnieszka.wojcik"),
        starts: 12,
        due: 150,
        turns: &[
            propose(-44, "pmo"),
            to(-33, "pmo", Approved),
            moved(-15, "pmo", 165, DecisionWait, "The board decides on the adviser posts only next month."),
        ],
    },
    Initiative {
        title: "Order status without logging in",
        description: "A link in the text message shows where the order is, who has it and what happens \
            next.",
        stages: &[OrderProcessing, Delivery, CustomerService],
        owner: "pia.soendergaard",
        sponsor: Some("niels.hoejgaard"),
        reviewer: Some("anders.lykke"),
        starts: 30,
        due: 140,
        turns: &[propose(-9, "pmo")],
    },
    Initiative {
        title: "Silent switch from another supplier",
        description: "We do the paperwork with the old supplier, and the customer hears from us twice: \
            when it begins and when it is done.",
        stages: &[Sales, OrderProcessing],
        owner: "gitte.toft",
        sponsor: Some("charlotte.vestergaard"),
        reviewer: Some("pia.soendergaard"),
        starts: 8,
        due: 120,
        turns: &[
            propose(-57, "pmo"),
            to(-41, "pmo", Approved),
            because(-35, "pmo", OnHold, "Waits for the rules on data exchange between suppliers."),
            because(-14, "pmo", Approved, "The rules are out and allow what we need."),
        ],
    },
];
