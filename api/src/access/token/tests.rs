//! What a good token says, every way of forging one, and the life of the key file.

mod rotation;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const TTL: Duration = Duration::from_mins(15);
const JTI: Uuid = Uuid::from_u128(7);

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, permissions).unwrap();
}

fn keys() -> Keys {
    Keys::load_or_create(&folder().path().join("tutti.key")).unwrap()
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn good(keys: &Keys) -> String {
    keys.mint("someone", None, at(0), TTL, JTI).unwrap()
}

/// What a good token says, as JSON to spoil.
fn claims() -> Value {
    let now = at(0).timestamp();
    json!({
        "iss": "tutti", "aud": "tutti", "sub": "someone",
        "iat": now, "nbf": now, "exp": now + 900, "jti": JTI.to_string(),
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// Signed by our own key, with our own header, whatever it says.
fn signed(keys: &Keys, claims: &Value) -> String {
    let header = Header { kid: Some(keys.id.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, &keys.signing).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[track_caller]
fn assert_refused(keys: &Keys, token: &str) {
    let fault = keys.verify(token, at(1)).unwrap_err();
    assert_eq!(fault.code, FaultCode::Unauthenticated);
    assert_eq!(fault.message, "The access token is not valid or has expired.");
}

#[test]
fn a_token_is_read_back() {
    let keys = keys();
    let claims = keys.verify(&good(&keys), at(1)).unwrap();
    assert_eq!((claims.sub.as_str(), claims.jti), ("someone", JTI));
    assert_eq!(
        (claims.iat, claims.nbf, claims.exp),
        (at(0).timestamp(), at(0).timestamp(), at(900).timestamp())
    );
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), ("tutti", "tutti"));
    assert!(
        keys.verify(&signed(&keys, &self::claims()), at(1)).is_ok(),
        "the helper of these tests is right"
    );
    let session = Some(Uuid::from_u128(8));
    let token = keys.mint("someone", session, at(0), TTL, JTI).unwrap();
    assert_eq!((claims.sid, keys.verify(&token, at(1)).unwrap().sid), (None, session));
    let header = jsonwebtoken::decode_header(good(&keys)).unwrap();
    assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::EdDSA, Some(keys.id())));
}

#[test]
fn a_token_is_good_until_the_second_it_expires() {
    let keys = keys();
    let token = good(&keys);
    assert!(keys.verify(&token, at(899)).is_ok());
    assert_eq!(keys.verify(&token, at(900)).unwrap_err(), refused());
    assert_eq!(keys.verify(&token, at(1_000_000)).unwrap_err(), refused());
}

#[test]
fn a_token_is_good_from_five_seconds_before_it_was_made() {
    let keys = keys();
    let token = good(&keys);
    assert!(keys.verify(&token, at(-5)).is_ok());
    assert_eq!(keys.verify(&token, at(-6)).unwrap_err(), refused());
}

#[test]
fn a_lifetime_past_the_calendar_is_our_fault() {
    let fault = keys().mint("someone", None, at(0), Duration::MAX, JTI).unwrap_err();
    assert_eq!(fault.code, FaultCode::Internal);
}

#[test]
fn wrong_or_missing_claims_are_refused() {
    let keys = keys();
    for (name, value) in [
        ("aud", json!("another")),
        ("aud", json!(["another"])),
        ("iss", json!("another")),
        ("sub", json!(7)),
        ("exp", json!("tomorrow")),
        ("exp", json!(0)),
        ("nbf", Value::Null),
        ("iat", Value::Null),
        ("jti", json!("not an id")),
    ] {
        assert_refused(&keys, &signed(&keys, &with(name, value)));
    }
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "jti"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_refused(&keys, &signed(&keys, &claims));
    }
}

#[test]
fn a_changed_payload_is_refused() {
    let keys = keys();
    let token = good(&keys);
    let parts: Vec<_> = token.split('.').collect();
    let forged = part(&with("sub", json!("somebody else")));
    assert_refused(&keys, &format!("{}.{forged}.{}", parts[0], parts[2]));
}

#[test]
fn the_signature_of_another_key_is_refused() {
    let (ours, theirs) = (keys(), keys());
    assert_refused(&ours, &good(&theirs));
    // Even when it claims to be ours.
    let header = Header { kid: Some(ours.id.clone()), ..Header::new(Algorithm::EdDSA) };
    assert_refused(&ours, &jsonwebtoken::encode(&header, &claims(), &theirs.signing).unwrap());
}

#[test]
fn an_unknown_or_missing_key_id_is_refused() {
    let keys = keys();
    for kid in [None, Some("another".to_owned())] {
        let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
        assert_refused(&keys, &jsonwebtoken::encode(&header, &claims(), &keys.signing).unwrap());
    }
}

#[test]
fn a_token_without_algorithm_is_refused() {
    let keys = keys();
    let signature = good(&keys).rsplit('.').next().unwrap().to_owned();
    for alg in ["none", "None", "NONE", ""] {
        let head = part(&json!({ "alg": alg, "typ": "JWT", "kid": keys.id }));
        assert_refused(&keys, &format!("{head}.{}.", part(&claims())));
        assert_refused(&keys, &format!("{head}.{}.{signature}", part(&claims())));
    }
}

#[test]
fn the_public_key_as_a_shared_secret_is_refused() {
    let keys = keys();
    let public = keys.verifying[0].key.try_get_as_bytes().unwrap();
    // What surrounds an Ed25519 public key in its usual form, after RFC 8410.
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], public].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    for secret in [public, &der, pem.as_bytes()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some(keys.id.clone()), ..Header::new(algorithm) };
            let secret = EncodingKey::from_secret(secret);
            assert_refused(&keys, &jsonwebtoken::encode(&header, &claims(), &secret).unwrap());
        }
    }
}

#[test]
fn another_algorithm_over_a_good_signature_is_refused() {
    let keys = keys();
    let token = good(&keys);
    let (_, rest) = token.split_once('.').unwrap();
    for alg in ["RS256", "ES256", "PS512", "HS256", "Ed25519"] {
        assert_refused(&keys, &format!("{}.{rest}", part(&json!({ "alg": alg, "kid": keys.id }))));
    }
}

#[test]
fn garbage_is_refused() {
    let keys = keys();
    let token = good(&keys);
    let cut = &token[..token.len() - 2];
    for garbage in ["", ".", "..", "...", "a.b.c", "Bearer", "\u{1f511}.\u{1f511}.\u{1f511}", cut] {
        assert_refused(&keys, garbage);
    }
    assert_refused(&keys, &format!("{token}.{token}"));
    assert_refused(&keys, &format!(" {token}"));
}

#[test]
fn nothing_of_the_key_is_shown() {
    let keys = keys();
    assert_eq!(format!("{keys:?}"), format!("Keys {{ id: {0:?}, verifying: [{0:?}], .. }}", keys.id));
}

#[test]
fn the_same_file_is_the_same_key() {
    let folder = folder();
    let path = folder.path().join("tutti.key");
    let first = Keys::load_or_create(&path).unwrap();
    let second = Keys::load_or_create(&path).unwrap();
    assert_eq!(first.id(), second.id());
    assert_eq!(first.id().len(), KEY_ID_LENGTH);
    assert!(second.verify(&good(&first), at(1)).is_ok());
    assert_ne!(keys().id(), first.id());
}

#[test]
fn the_key_id_of_a_known_key_never_changes() {
    // The first test vector of RFC 8032, section 7.1.
    let public = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
        0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];
    assert_eq!(key_id(&public), "If4x36FUomFia_hU");
}

#[test]
fn a_new_key_file_is_private_and_leaves_nothing_beside_it() {
    let folder = folder();
    let path = folder.path().join("tutti.key");
    Keys::load_or_create(&path).unwrap();
    #[cfg(unix)]
    {
        let permissions = std::fs::metadata(&path).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let folder = folder();
    let path = folder.path().join("tutti.key");
    Keys::load_or_create(&path).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        set_mode(&path, mode);
        let sentence = Keys::load_or_create(&path).unwrap_err();
        assert!(sentence.ends_with(&format!("run `chmod 600 {}`.", path.display())), "{sentence}");
    }
    set_mode(&path, 0o400);
    assert!(Keys::load_or_create(&path).is_ok());
}

#[test]
fn a_file_that_is_no_such_key_is_refused_and_left_alone() {
    let rsa = "-----BEGIN PRIVATE KEY-----\nMAsGCSqGSIb3DQEBAQ==\n-----END PRIVATE KEY-----\n";
    for content in ["", "hello", "-----BEGIN PRIVATE KEY-----", rsa, "\u{0}\u{1}"] {
        let folder = folder();
        let path = folder.path().join("tutti.key");
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        set_mode(&path, 0o600);
        let sentence = Keys::load_or_create(&path).unwrap_err();
        assert!(sentence.contains("holds no Ed25519 private key"), "{sentence}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_missing_folder_is_named() {
    let folder = folder();
    let sentence = Keys::load_or_create(&folder.path().join("gone/tutti.key")).unwrap_err();
    assert!(sentence.contains("gone does not exist; make it first"), "{sentence}");
}

#[test]
fn processes_that_start_together_end_with_one_key() {
    for _ in 0..20 {
        let folder = folder();
        let path = folder.path().join("tutti.key");
        let start = std::sync::Barrier::new(4);
        let create = || {
            start.wait();
            Keys::load_or_create(&path).unwrap().id().to_owned()
        };
        let ids: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(create)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
