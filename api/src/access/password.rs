//! Passwords: Argon2id, a bounded number at once, and the same work whether there is one or not.
//!
//! Hashing takes the memory and the time that OWASP asks for (19 MiB, two passes, one lane), on the
//! blocking pool. Those who wait wait in a line of bounded length, so that a flood of sign-ins cannot
//! take the machine from everybody else.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tutti_entity::value::normal;

use super::secret::random;
use crate::graphql::{Fault, FaultCode};

/// How many may wait for each that is at work.
const LINE: usize = 32;

/// How much work a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Work {
    /// What OWASP's cheat sheet on password storage asks of Argon2id at least, with one lane.
    pub const OWASP: Self = Self { memory: 19 * 1024, passes: 2 };
}

/// Hashes passwords and checks them.
#[derive(Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    at_work: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    /// What a password is checked against where there is none.
    nobodys: String,
}

impl Passwords {
    /// With this much work, and so many at once.
    ///
    /// # Errors
    /// A sentence, when Argon2 does not take the parameters.
    pub fn new(work: Work, at_once: usize) -> Result<Self, String> {
        let params = Params::new(work.memory, work.passes, 1, None)
            .map_err(|error| format!("Passwords cannot be hashed like that: {error}."))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hashed(&argon2, "").map_err(|fault| fault.message)?;
        let at_once = at_once.max(1);
        Ok(Self {
            argon2,
            at_work: Arc::new(Semaphore::new(at_once)),
            in_line: Arc::new(Semaphore::new(at_once.saturating_mul(LINE.saturating_add(1)))),
            nobodys,
        })
    }

    /// The hash to keep, in the PHC string format.
    ///
    /// # Errors
    /// UNAVAILABLE when too many wait already.
    pub async fn hash(&self, password: &str) -> Result<String, Fault> {
        let (argon2, password) = (self.argon2.clone(), normal(password));
        self.work(move || hashed(&argon2, &password)).await?
    }

    /// Whether this is the password that was hashed. Without a hash it takes as long, and it is not.
    ///
    /// # Errors
    /// UNAVAILABLE when too many wait already.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Fault> {
        let (argon2, password) = (self.argon2.clone(), normal(password));
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobodys).to_owned();
        let fits = self.work(move || argon2.verify_password(password.as_bytes(), &*hash).is_ok()).await?;
        Ok(fits && known)
    }

    /// Whether a hash was made with less work than a new one would be.
    #[must_use]
    pub fn is_outdated(&self, hash: &str) -> bool {
        let used = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
        let today = self.argon2.params();
        used.is_none_or(|used| (used.m_cost(), used.t_cost()) != (today.m_cost(), today.t_cost()))
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let too_many = |_| {
            let message = "Too many sign in at this moment. Try again in a moment.";
            Fault::new(FaultCode::Unavailable, message)
        };
        let place = Arc::clone(&self.in_line).try_acquire_owned().map_err(too_many)?;
        let turn = Arc::clone(&self.at_work).acquire_owned().await.map_err(Fault::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            // A caller who hangs up does not stop the work, so that it keeps its turn until it is done.
            let done = work();
            drop((turn, place));
            done
        });
        done.await.map_err(Fault::internal)
    }
}

fn hashed(argon2: &Argon2<'_>, password: &str) -> Result<String, Fault> {
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), &random::<16>()?).map_err(Fault::internal)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Work = Work { memory: 8, passes: 1 };

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        actix_web::rt::System::new().block_on(work)
    }

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        block_on(async {
            let passwords = Passwords::new(LIGHT, 2).unwrap();
            let hash = passwords.hash("Ærlig tale på bjerget").await.unwrap();
            assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
            assert_ne!(hash, passwords.hash("Ærlig tale på bjerget").await.unwrap(), "salted");
            assert!(passwords.verify("Ærlig tale på bjerget", Some(&hash)).await.unwrap());
            // The same letters, typed with a ring of its own.
            assert!(passwords.verify("Ærlig tale pa\u{30a} bjerget", Some(&hash)).await.unwrap());
            assert!(!passwords.verify("ærlig tale på bjerget", Some(&hash)).await.unwrap());
            assert!(!passwords.verify("", None).await.unwrap(), "nobody's password opens nothing");
            assert!(!passwords.verify("anything", Some("no hash")).await.unwrap());
        });
    }

    #[test]
    fn the_work_is_what_owasp_asks_for() {
        block_on(async {
            let passwords = Passwords::new(Work::OWASP, 1).unwrap();
            let hash = passwords.hash("everyone plays together").await.unwrap();
            assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
            assert!(!passwords.is_outdated(&hash));
            assert!(Passwords::new(LIGHT, 1).unwrap().is_outdated(&hash));
        });
    }

    #[test]
    fn the_line_is_bounded_and_moves_on() {
        block_on(async {
            let passwords = Arc::new(Passwords::new(LIGHT, 1).unwrap());
            let turn = Arc::clone(&passwords.at_work).acquire_owned().await.unwrap();
            let waiting: Vec<_> = (0..=LINE)
                .map(|_| {
                    let passwords = Arc::clone(&passwords);
                    actix_web::rt::spawn(async move { passwords.verify("x", None).await })
                })
                .collect();
            tokio::task::yield_now().await;
            let refused = passwords.verify("x", None).await.unwrap_err();
            assert_eq!(refused.code, FaultCode::Unavailable);
            drop(turn);
            for one in waiting {
                assert!(!one.await.unwrap().unwrap());
            }
            assert!(!passwords.verify("x", None).await.unwrap());
        });
    }
}
