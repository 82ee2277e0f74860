//! Earned value: what was planned, earned and spent by a day, and what that says of the end.
//!
//! The formulas are those of the earned value method (ANSI/EIA-748; PMI, The Standard for Earned Value
//! Management). Amounts are kept in hundred-millionths of a minor unit, in which weights and progress, both in
//! basis points, are whole numbers: so sums are exact, and are rounded when they are told.

use num_bigint::BigInt;
use tutti_entity::portfolio::figure::EacMethod;
use tutti_entity::portfolio::initiative::Status as InitiativeStatus;
use tutti_entity::portfolio::milestone::{CreditRule, Status};

use super::exact::{Fraction, Known, Why, money, ratio};
use crate::graphql::Figure;
use crate::graphql::figure::FigureState;
use crate::graphql::scalars::CurrencyCode;

/// All of something, in basis points.
pub const WHOLE: i64 = 10_000;

/// What a whole weight at whole credit comes to, for each minor unit of the budget.
const FINE: i128 = 100_000_000;

/// How much of its weight a milestone has earned, in basis points.
#[must_use]
pub fn credit(rule: CreditRule, status: Status, percent_bp: i32) -> i64 {
    match (rule, status) {
        (_, Status::Done) => WHOLE,
        (_, Status::Cancelled) | (CreditRule::ZeroHundred, _) | (CreditRule::FiftyFifty, Status::Planned) => {
            0
        }
        (CreditRule::FiftyFifty, Status::InProgress) => WHOLE / 2,
        (CreditRule::Percent, _) => i64::from(percent_bp).clamp(0, WHOLE),
    }
}

/// Why nothing is planned and earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// Nothing was agreed.
    Baseline,
    /// It was cancelled: out of what is planned and earned, and its spend stays.
    Cancelled,
    /// It was decided against: the same.
    Rejected,
}

impl Without {
    /// In words.
    #[must_use]
    pub const fn why(self) -> Why {
        Why::not_applicable(match self {
            Self::Baseline => "no baseline",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
        })
    }
}

/// How far an initiative came by a day, against its baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// The budget that was agreed, in minor units.
    pub budget: i64,
    /// The weights of the milestones that were agreed for the day or before, in basis points.
    pub planned_bp: i64,
    /// The weights times the credits of all milestones, each in basis points.
    pub earned_bp2: i64,
}

/// What was planned, earned and spent by a day: of one initiative, or of several together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Why nothing is planned and earned; none where there is.
    pub without: Option<Without>,
    /// The budget at completion, in minor units.
    budget: i128,
    /// In hundred-millionths of a minor unit.
    planned: i128,
    /// In hundred-millionths of a minor unit.
    earned: i128,
    /// What was spent, in minor units.
    spent: i128,
}

impl Value {
    /// That of an initiative in this status, of which so much was agreed, planned and earned and that has spent so
    /// much, in minor units.
    #[must_use]
    pub fn of(status: InitiativeStatus, worked: Option<Worked>, spent: i64) -> Self {
        let nothing =
            |without| Self { without: Some(without), budget: 0, planned: 0, earned: 0, spent: spent.into() };
        match (status, worked) {
            (InitiativeStatus::Cancelled, _) => nothing(Without::Cancelled),
            (InitiativeStatus::Rejected, _) => nothing(Without::Rejected),
            (_, None) => nothing(Without::Baseline),
            (_, Some(Worked { budget, planned_bp, earned_bp2 })) => {
                let budget = i128::from(budget);
                Self {
                    without: None,
                    budget,
                    planned: budget * i128::from(planned_bp) * i128::from(WHOLE),
                    earned: budget * i128::from(earned_bp2),
                    spent: spent.into(),
                }
            }
        }
    }

    /// That of several together: of those with a baseline everything, of cancelled and rejected ones the spend,
    /// and nothing of those of which nothing was agreed.
    #[must_use]
    pub fn total(parts: impl IntoIterator<Item = Self>) -> Self {
        let nothing = Self::of(InitiativeStatus::Active, None, 0);
        parts.into_iter().filter(|part| part.without != Some(Without::Baseline)).fold(nothing, |sum, part| {
            Self {
                without: if part.without.is_none() { None } else { sum.without },
                budget: sum.budget.saturating_add(part.budget),
                planned: sum.planned.saturating_add(part.planned),
                earned: sum.earned.saturating_add(part.earned),
                spent: sum.spent.saturating_add(part.spent),
            }
        })
    }

    fn agreed(&self) -> Result<(), Why> {
        match self.without {
            Some(without) => Err(without.why()),
            None if self.budget == 0 => Err(Why::not_applicable("zero budget")),
            None => Ok(()),
        }
    }

    fn fine(&self, amount: i128) -> Known {
        self.agreed()?;
        part(amount.into(), FINE.into())
    }

    /// What was spent over what was agreed for all of it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn used(&self) -> Known {
        self.agreed()?;
        part(self.spent.into(), self.budget.into())
    }

    /// What was spent in minor units, where nothing was agreed that could have been.
    #[must_use]
    pub fn spent_without_budget(&self) -> Option<Fraction> {
        let nothing_agreed = matches!(self.without, None | Some(Without::Baseline)) && self.budget == 0;
        (nothing_agreed && self.spent > 0).then(|| self.actual_cost())
    }

    fn all_is_earned(&self) -> bool {
        self.earned == self.budget * FINE
    }

    /// BAC, in minor units: a budget of nothing is one.
    fn budget_at_completion(&self) -> Known {
        self.without.map_or(Ok(Fraction::whole(self.budget)), |without| Err(without.why()))
    }

    /// PV.
    fn planned_value(&self) -> Known {
        self.fine(self.planned)
    }

    /// EV.
    fn earned_value(&self) -> Known {
        self.fine(self.earned)
    }

    /// AC.
    fn actual_cost(&self) -> Fraction {
        Fraction::whole(self.spent)
    }

    /// SPI: EV / PV.
    fn schedule_index(&self) -> Known {
        self.agreed()?;
        if self.planned == 0 {
            return Err(Why::not_applicable("nothing was planned yet"));
        }
        part(self.earned.into(), self.planned.into())
    }

    /// CPI: EV / AC.
    ///
    /// # Errors
    /// Why there is none.
    pub fn cost_index(&self) -> Known {
        self.agreed()?;
        match (self.spent, self.earned) {
            (..0, _) => Err(Why::insufficient("less than nothing was spent")),
            (0, 0) => Err(Why::no_data("nothing earned and no cost booked")),
            (0, _) => Err(Why::insufficient("no cost booked")),
            _ => part(self.earned.into(), BigInt::from(self.spent) * FINE),
        }
    }

    /// EAC, in minor units.
    ///
    /// # Errors
    /// Why there is none.
    pub fn estimate_at_completion(&self, method: EacMethod) -> Known {
        let left = self.budget_at_completion()?.less(&self.earned_value()?);
        if self.all_is_earned() {
            return Ok(self.actual_cost());
        }
        if method == EacMethod::Atypical {
            return Ok(self.actual_cost().plus(&left));
        }
        self.cost_index()?;
        if self.earned == 0 {
            return Err(Why::no_data("nothing was earned yet"));
        }
        let [budget, planned, earned, spent] =
            [self.budget, self.planned, self.earned, self.spent].map(BigInt::from);
        if method == EacMethod::Typical {
            return part(budget * spent * FINE, earned);
        }
        self.schedule_index()?;
        // The rest over CPI · SPI is (BAC − EV) · AC · PV / EV².
        let rest = (budget * FINE - &earned) * spent * planned;
        Ok(self.actual_cost().plus(&part(rest, &earned * &earned)?))
    }

    /// TCPI: (BAC − EV) / (BAC − AC).
    fn index_to_complete(&self) -> Known {
        let left = self.budget_at_completion()?.less(&self.earned_value()?);
        if self.all_is_earned() {
            return Err(Why::not_applicable("all is earned"));
        }
        let not_achievable = Why { state: FigureState::NotAchievable, reason: "the budget is spent" };
        if self.spent >= self.budget {
            return Err(not_achievable);
        }
        left.over(&Fraction::whole(self.budget - self.spent)).ok_or(not_achievable)
    }

    /// By how much the budget will be exceeded, as a fraction of it: (EAC TYPICAL − BAC) / BAC.
    ///
    /// # Errors
    /// Why there is none.
    pub fn overrun(&self) -> Known {
        let budget = self.budget_at_completion()?;
        let overrun = self.estimate_at_completion(EacMethod::Typical)?.less(&budget);
        overrun.over(&budget).ok_or(Why::not_applicable("zero budget"))
    }

    /// Everything, as it is told.
    #[must_use]
    pub fn figures(&self, method: EacMethod, currency: CurrencyCode) -> Figures {
        let [budget, planned, earned] =
            [self.budget_at_completion(), self.planned_value(), self.earned_value()];
        let spent = self.actual_cost();
        let estimate = self.estimate_at_completion(method);
        let less = |one: &Known, other: &Known| Ok(one.clone()?.less(&other.clone()?));
        let told = |known: &Known| money(known, currency);
        let mut actual_cost = told(&Ok(spent.clone()));
        if self.without.is_none() && self.budget == 0 && self.spent != 0 {
            actual_cost.state = FigureState::Partial;
            actual_cost.reason = Some("spent on a zero budget".to_owned());
        }
        let spent = Ok(spent);
        Figures {
            budget_at_completion: told(&budget),
            planned_value: told(&planned),
            earned_value: told(&earned),
            actual_cost,
            schedule_variance: told(&less(&earned, &planned)),
            cost_variance: told(&less(&earned, &spent)),
            schedule_index: ratio(&self.schedule_index()),
            cost_index: ratio(&self.cost_index()),
            estimate_at_completion: told(&estimate),
            estimate_to_complete: told(&less(&estimate, &spent)),
            variance_at_completion: told(&less(&budget, &estimate)),
            to_complete_index: ratio(&self.index_to_complete()),
        }
    }
}

fn part(over: BigInt, under: BigInt) -> Known {
    Fraction::new(over, under).ok_or(Why::not_applicable("it would be divided by nothing"))
}

/// The figures of earned value as they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// BAC.
    pub budget_at_completion: Figure,
    /// PV.
    pub planned_value: Figure,
    /// EV.
    pub earned_value: Figure,
    /// AC.
    pub actual_cost: Figure,
    /// SV: EV − PV.
    pub schedule_variance: Figure,
    /// CV: EV − AC.
    pub cost_variance: Figure,
    /// SPI: EV / PV.
    pub schedule_index: Figure,
    /// CPI: EV / AC.
    pub cost_index: Figure,
    /// EAC by the method that was asked for.
    pub estimate_at_completion: Figure,
    /// ETC: EAC − AC.
    pub estimate_to_complete: Figure,
    /// VAC: BAC − EAC.
    pub variance_at_completion: Figure,
    /// TCPI: (BAC − EV) / (BAC − AC).
    pub to_complete_index: Figure,
}

#[cfg(test)]
mod tests;
