//! What is done each day by itself: the log is told of what is due, by one process for all, shortly after midnight and every
//! hour; and the digests are queued at their hour, by whichever process that sends mails comes first. Both are done again at
//! every start, which repeats nothing and catches up what was missed.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::watch;

use super::round;
use crate::access::Viewer;
use crate::feedback::telling::Tell;
use crate::graphql::Fault;
use crate::mail;
use crate::store::{Database, Scope, World};

/// How often it is looked whether another day, or its hour, has come.
const LOOK: Duration = Duration::from_secs(20);

/// An hour of a day, in the organisation's time zone.
type Hour = (NaiveDate, u8);

/// What is done each day.
#[derive(Clone, Debug)]
pub struct Daily {
    /// The connections.
    pub database: Database,
    /// Time, ids and the organisation's settings.
    pub world: Arc<World>,
    /// From which hour on digests go out, in the organisation's time zone.
    pub digest_hour: u8,
}

impl Daily {
    /// The house as the system sees it at this moment.
    fn scope(&self) -> Scope {
        Scope::new(self.database.clone(), Arc::clone(&self.world), Viewer::system())
    }

    /// Tells the log of what is due today, and of what was raised anonymously on past days. Answers the day, and of how many
    /// it told that are due.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remind(&self) -> Result<(NaiveDate, usize), Fault> {
        let scope = self.scope();
        let tell = scope.see_to(&Tell).await;
        // Neither waits for the other to be well.
        let told = round(&scope).await?;
        tell?;
        Ok((scope.today(), told))
    }

    /// Queues the digests of today, once its hour has come and where mails are sent. Answers whether they are queued.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn digest(&self) -> Result<bool, Fault> {
        let scope = self.scope();
        if !self.world.sends_mail || self.world.hour(scope.now()) < self.digest_hour {
            return Ok(false);
        }
        mail::digest::queue(&scope).await?;
        Ok(true)
    }

    /// Tells of what is due, unless that was done in this hour. Answers the hour in which the last round began, so that one that
    /// goes on into the next leaves that its own.
    async fn remind_hourly(&self, reminded: Option<Hour>) -> Option<Hour> {
        let now = self.world.now();
        let hour = Some((self.world.day(now), self.world.hour(now)));
        if reminded == hour {
            return reminded;
        }
        match self.remind().await {
            Ok((day, told)) => {
                tracing::info!(%day, told, "the log was told of what is due");
                hour
            }
            Err(fault) => {
                tracing::warn!(code = fault.code.as_str(), "the log could not be told of what is due");
                reminded
            }
        }
    }

    /// Tells of what is due when a day begins, and every hour of what has become due meanwhile.
    async fn go_on(&self) {
        let mut reminded = None;
        loop {
            reminded = self.remind_hourly(reminded).await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Queues the digests of each day.
    async fn go_on_queueing(&self) {
        let mut queued = None;
        loop {
            let today = self.world.day(self.world.now());
            if queued != Some(today) {
                match self.digest().await {
                    Ok(true) => queued = Some(today),
                    Ok(false) => {}
                    Err(fault) => tracing::warn!(code = fault.code.as_str(), "no digest could be queued"),
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Reminds each day until it is to stop, in one process at a time; and queues the digests in each process that sends mails,
/// of which one finds that none were queued.
pub async fn keep_reminding(daily: Daily, stop: watch::Receiver<bool>) {
    let reminding = daily.database.alone("remind", stop.clone(), || daily.go_on());
    let mut stop = stop;
    let queueing = async {
        tokio::select! {
            () = daily.go_on_queueing() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    };
    tokio::join!(reminding, queueing);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::store::{database, world::Ids};

    /// A round that begins in the last moments of a day, and takes as long as it takes to look at the clock a few times.
    #[tokio::test]
    async fn the_next_hour_has_its_own_round() {
        let folder = tempfile::tempdir().unwrap();
        let second = Duration::from_secs(5);
        let options = database::Options {
            url: format!("sqlite://{}", folder.path().join("daily.db").display()),
            connections: 1,
            patience: second,
            statement_timeout: second,
        };
        let database = Database::connect(&options).await.unwrap();
        database.migrate().await.unwrap();
        let (begun, looks) = ("2025-03-30T23:59:58Z".parse::<DateTime<Utc>>().unwrap(), AtomicI64::new(0));
        let clock = move || begun + TimeDelta::seconds(looks.fetch_add(1, Ordering::Relaxed));
        let world = Arc::new(World::new(clock, Ids::counting(), jiff::tz::TimeZone::UTC, "CX".into()));
        let daily = Daily { database, world: Arc::clone(&world), digest_hour: 6 };
        let [sunday, monday] = ["2025-03-30", "2025-03-31"].map(|day| day.parse().unwrap());
        let first = daily.remind_hourly(None).await;
        assert_eq!((first, world.day(world.now())), (Some((sunday, 23)), monday));
        let next = daily.remind_hourly(first).await;
        assert_eq!(next, Some((monday, 0)));
        let before = world.now();
        assert_eq!(daily.remind_hourly(next).await, next);
        assert_eq!(world.now() - before, TimeDelta::seconds(2), "there was another round");
    }
}
