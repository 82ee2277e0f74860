//! Encrypted connections: to a server that shows the right certificate, and to no other; and nobody signs in before.

use std::io::Write as _;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tutti::config::{Config, Sources};

use super::server::Encrypted;
use super::{Arc, Does, Duration, GRACE, Harness, Instant, MailServer, Settings, crowd, until, work};

/// What encrypts with a certificate for this name, and the certificate in PEM.
pub fn certified(name: &str) -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

/// What a configuration with these settings says.
fn configured(port: u16, tls: &str, pem: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.display().to_string()
    };
    let (ca, password) = (file("ca.pem", pem), file("password", "nine gentle bridges\n"));
    let text = format!(
        "mail_server = \"localhost\"\nmail_port = {port}\nmail_tls = \"{tls}\"\nmail_ca_file = \"{ca}\"\nmail_user = \"tutti\"\n\
         mail_password_file = \"{password}\"\nmail_from = \"tutti@tutti.example\"\npublic_url = \"https://tutti.example\"\n"
    );
    let path = file("tutti.toml", &text);
    let config =
        Config::from_sources(&Sources { file: Some((path.into(), text)), ..Sources::default() }).unwrap();
    Settings::of(&config).unwrap().unwrap()
}

pub async fn encrypted(h: Harness) {
    crowd(&h, 4).await;
    let (wrong, right) = (certified("elsewhere.example"), certified("localhost"));
    // A certificate for another name, and one that nobody vouches for.
    for (acceptor, pem) in [(wrong.0, wrong.1.clone()), (right.0.clone(), wrong.1)] {
        let server = MailServer::with(0, Encrypted::WhenAsked(acceptor), |_, _| Does::Take).await;
        let worker = work(&h, configured(server.port, "starttls", &pem));
        let began = Instant::now();
        while server.seen.lock().unwrap().connections < 2 {
            assert!(began.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        worker.stop(GRACE).await;
        let seen = server.seen.lock().unwrap();
        assert!(seen.taken.is_empty() && seen.signed_in.is_empty(), "it was told to the wrong one");
    }
    // A server that does not encrypt is told nothing either.
    let server = MailServer::start(|_, _| Does::Take).await;
    let worker = work(&h, configured(server.port, "starttls", &right.1));
    tokio::time::sleep(Duration::from_millis(500)).await;
    worker.stop(GRACE).await;
    assert!(server.taken() == 0 && server.seen.lock().unwrap().signed_in.is_empty());
    // The right one is.
    for (number, (tls, encrypted)) in
        [("starttls", Encrypted::WhenAsked(right.0.clone())), ("tls", Encrypted::AtOnce(right.0))]
            .into_iter()
            .enumerate()
    {
        if number == 1 {
            queue_again(&h).await;
        }
        let server = MailServer::with(0, encrypted, |_, _| Does::Take).await;
        let worker = work(&h, configured(server.port, tls, &right.1));
        until(&h, &[("SENT", 4)]).await;
        worker.stop(GRACE).await;
        assert_eq!(server.taken(), 4, "{tls}");
        let seen = server.seen.lock().unwrap();
        assert!(
            seen.signed_in.iter().all(|line| line.starts_with("AUTH PLAIN ")) && !seen.signed_in.is_empty()
        );
    }
}

/// All mails wait again, past the API.
async fn queue_again(h: &Harness) {
    use sea_orm::ConnectionTrait as _;
    let sql = "UPDATE mails SET state = 'QUEUED', claim = NULL, next_at = queued_at";
    h.rows(async |tx| tx.execute_unprepared(sql).await.unwrap()).await;
}
