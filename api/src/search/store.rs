//! The only SQL that searches: FTS5 and `tsvector` behind one function.

use sea_orm::DatabaseBackend;
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, IntoCondition, JoinType, Order, Query, SelectStatement,
};
use tutti_entity::Row;
use tutti_entity::ids::{AnyId, Kind, PortfolioId, TypedId};
use tutti_entity::portfolio::initiative;
use tutti_entity::search::document::{self, Column};
use uuid::Uuid;

use super::beginnings::Beginnings;
use super::rules::{Closeness, Stand, TIERS, Tier, Word};
use crate::access::Viewer;
use crate::access::visible::{Visible, everyone};
use crate::graphql::Fault;
use crate::store::index::{TITLE_WORDS, WORDS};
use crate::store::kinds::{WithTable, with_table};
use crate::store::{At, Scope, find};

/// Which rows of a kind the viewer finds: those that they see.
struct Sight<'a> {
    viewer: &'a Viewer,
    document: At,
}

impl WithTable for Sight<'_> {
    type Out = Option<Condition>;

    fn with<E: Row + Visible>(self) -> Self::Out {
        if !E::FOUND {
            return None;
        }
        let subject = self.document.inner();
        if E::visible(self.viewer, subject).is_empty() {
            return Some(everyone());
        }
        let mut rows = find::visible_only::<E>(self.viewer, subject);
        let is_it = subject.col(E::ID).equals((self.document.alias(), Column::SubjectId));
        rows.expr(Expr::val(1)).and_where(is_it);
        Some(Expr::exists(rows).into_condition())
    }
}

impl Visible for document::Entity {
    /// What is found is seen by whoever sees the row itself.
    fn visible(viewer: &Viewer, at: At) -> Condition {
        let sight = |kind| Some((kind, with_table(kind, Sight { viewer, document: at })??));
        Kind::ALL.into_iter().filter_map(sight).fold(Condition::any(), |any, (kind, condition)| {
            let of_kind = at.col(Column::Kind).eq(Kind::prefix(kind));
            any.add(Condition::all().add(of_kind).add(condition))
        })
    }
}

/// One hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// What was found.
    pub id: AnyId,
    /// What its tier is worth.
    pub score: f64,
}

/// The first so many hits, best first: one statement for each tier that is needed to come to that many, and one before the
/// first that is loose.
///
/// # Errors
/// When the database cannot be read.
pub async fn hits(
    scope: &Scope,
    asked: &[Word],
    within: Option<PortfolioId>,
    most: usize,
) -> Result<Vec<Hit>, Fault> {
    let mut hits: Vec<Hit> = Vec::new();
    if asked.is_empty() {
        return Ok(hits);
    }
    let eyes = (scope.viewer(), scope.backend());
    let mut begin = None;
    for tier in TIERS {
        if tier.closeness == Closeness::Loose && begin.is_none() {
            begin = Some(Beginnings::read(scope, asked).await?);
        }
        let question = (asked, begin.as_ref());
        let rows = scope.guarded_rows(&select(eyes, question, within, tier, most)).await?;
        for row in rows {
            let (kind, uuid): (String, Uuid) = (row.try_get("", "kind")?, row.try_get("", "subject_id")?);
            let kind = Kind::ALL.into_iter().find(|known| known.prefix() == kind);
            let kind = kind.ok_or_else(|| Fault::internal("a document of no kind"))?;
            // A tier holds what is in the better ones as well.
            if hits.len() < most && hits.iter().all(|hit| hit.id.uuid != uuid) {
                hits.push(Hit { id: AnyId { kind, uuid }, score: tier.score });
            }
        }
        if hits.len() >= most {
            break;
        }
    }
    Ok(hits)
}

/// What is in this tier, what was made last first.
#[must_use]
pub fn select(
    (viewer, backend): (&Viewer, DatabaseBackend),
    question: (&[Word], Option<&Beginnings>),
    within: Option<PortfolioId>,
    tier: Tier,
    most: usize,
) -> SelectStatement {
    let at = At::TOP;
    let mut select = match backend {
        DatabaseBackend::Postgres => full_text(at, TSQUERY.of(question, tier.closeness), tier.stand),
        _ => fts5(at, &FTS5.of(question, tier.closeness), tier.stand),
    };
    select.expr(at.col(Column::Kind)).expr(at.col(Column::SubjectId));
    select.cond_where(document::Entity::visible(viewer, at));
    if let Some(portfolio) = within {
        select.cond_where(is_within(at, portfolio));
    }
    select.limit(u64::try_from(most).unwrap_or(u64::MAX));
    select
}

/// The documents of a tier on PostgreSQL, the last first.
fn full_text(at: At, query: String, stand: Stand) -> SelectStatement {
    let column = Expr::col((at.alias(), column(stand)));
    let query = Expr::val(query);
    Query::select()
        .from_as(document::Entity, at.alias())
        // The planner is not shown the words: it takes each rare one of many for half a hundredth of all documents, and would
        // rather read them all.
        .and_where(Expr::cust_with_exprs("$1 @@ (SELECT CAST($2 AS tsquery))", [column, query]))
        // By what the index holds and not along all places: the planner cannot tell how rare a word is.
        .order_by_expr(at.col(Column::Place).add(0), Order::Desc)
        .to_owned()
}

/// The documents of a tier on SQLite, the last first. FTS5 answers in that order, so that no more is read than is
/// asked for; a cross join is what SQLite never turns round. (The builder writes no `ON` for one.)
fn fts5(at: At, query: &str, stand: Stand) -> SelectStatement {
    let query = Expr::val(format!("{} : ({query})", column(stand)));
    let is_it = Expr::col(("w", "rowid")).equals((at.alias(), Column::Place));
    Query::select()
        .from_as("search_words", "w")
        .join_as(JoinType::CrossJoin, document::Entity, at.alias(), Condition::all())
        .and_where(is_it)
        .and_where(Expr::cust_with_exprs("? MATCH ?", [Expr::col(("w", "search_words")), query]))
        .order_by(("w", "rowid"), Order::Desc)
        .to_owned()
}

/// Only the portfolio itself, its initiatives and their parts.
fn is_within(at: At, portfolio: PortfolioId) -> Condition {
    let initiatives = Query::select()
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .and_where(Expr::col(initiative::Column::PortfolioId).eq(portfolio))
        .to_owned();
    Condition::any()
        .add(at.col(Column::WithinId).in_subquery(initiatives))
        .add(at.col(Column::SubjectId).eq(portfolio.uuid()))
}

fn column(stand: Stand) -> &'static str {
    match stand {
        Stand::InTitle => TITLE_WORDS,
        Stand::Anywhere => WORDS,
    }
}

/// How a database spells a question. Words hold neither quotes nor backslashes.
struct Spelling {
    quote: char,
    beginning: &'static str,
    or: &'static str,
    and: &'static str,
}

const TSQUERY: Spelling = Spelling { quote: '\'', beginning: ":*", or: " | ", and: " & " };

const FTS5: Spelling = Spelling { quote: '"', beginning: " *", or: " OR ", and: " AND " };

impl Spelling {
    fn of(&self, (asked, begin): (&[Word], Option<&Beginnings>), closeness: Closeness) -> String {
        let spelled =
            |(number, word)| self.word(word, begin.and_then(|begin| begin.named(number)), closeness);
        asked.iter().enumerate().map(spelled).collect::<Vec<_>>().join(self.and)
    }

    fn word(&self, word: &Word, named: Option<&[String]>, closeness: Closeness) -> String {
        let quoted = |text: &String| format!("{0}{text}{0}", self.quote);
        if closeness == Closeness::Exact {
            return quoted(&word.whole);
        }
        let beginning = |text: &String| format!("{}{}", quoted(text), self.beginning);
        let itself = [&word.whole].into_iter().chain(&word.stem).map(quoted);
        let any: Vec<_> = match named {
            Some(named) => {
                itself.chain(named.iter().filter(|named| **named != word.whole).map(quoted)).collect()
            }
            None => itself.chain(word.beginning.iter().map(beginning)).collect(),
        };
        format!("({})", any.join(self.or))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::rules;

    #[test]
    fn words_are_named_where_they_are_few() {
        let asked = rules::read("kunder i dage salg").unwrap();
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        let begin = vec![words(&["kunde", "kunder", "kundeservice"]), words(&[]), None, words(&[])];
        let begin = Beginnings::from(begin);
        let spelled = |spelling: Spelling, closeness| spelling.of((&asked, Some(&begin)), closeness);
        assert_eq!(
            spelled(TSQUERY, Closeness::Loose),
            "('kunder' | 'kunde' | 'kundeservice') & ('i') & ('dage' | 'dag' | 'dage':*) & ('salg')"
        );
        assert_eq!(
            spelled(FTS5, Closeness::Loose),
            r#"("kunder" OR "kunde" OR "kundeservice") AND ("i") AND ("dage" OR "dag" OR "dage" *) AND ("salg")"#
        );
        assert_eq!(spelled(FTS5, Closeness::Exact), r#""kunder" AND "i" AND "dage" AND "salg""#);
        assert_eq!(
            TSQUERY.of((&asked, None), Closeness::Loose),
            "('kunder' | 'kund':*) & ('i') & ('dage' | 'dag' | 'dage':*) & ('salg' | 'salg':*)"
        );
    }
}
