//! Several keys verify, one signs: a key can be changed without signing anybody out.

use super::*;

/// As `openssl genpkey -algorithm ED25519` and `openssl pkey -pubout` wrote them.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIKYOmMPOQLQzEyvr+mIHyu0x+hoCr/ug75fYgBMxaW59\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAORRkoQqx3xeWvTytL0uj8hrR6XdsoWPn+LfQu25uTxc=\n-----END PUBLIC KEY-----\n";
const KID: &str = "h2WhZwuMhEoNodzb";
const X: &str = "ORRkoQqx3xeWvTytL0uj8hrR6XdsoWPn-LfQu25uTxc";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(folder())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, pem: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, pem).unwrap();
        #[cfg(unix)]
        set_mode(&path, 0o600);
        path
    }

    fn signing(&self, name: &str) -> Keys {
        Keys::load_or_create(&self.path(name)).unwrap()
    }
}

fn ids(keys: &Keys) -> Vec<&str> {
    keys.verifying.iter().map(|public| public.id.as_str()).collect()
}

#[test]
fn a_key_is_changed_without_signing_anybody_out() {
    let files = Files::new();
    let (old, new) = (files.path("old.key"), files.path("new.key"));
    let before = files.signing("old.key");
    let known = files.signing("old.key");
    assert!(known.verify(&good(&files.signing("new.key")), at(1)).is_err(), "nobody knows it yet");
    // First everybody learns the new key, then it signs, then the old one goes.
    let known = known.with_verifying(std::slice::from_ref(&new)).unwrap();
    let signs = files.signing("new.key").with_verifying(std::slice::from_ref(&old)).unwrap();
    let after = files.signing("new.key");
    assert_ne!(before.id(), after.id());
    assert_eq!((known.id(), signs.id()), (before.id(), after.id()));
    for (maker, reader, is_good) in [
        (&before, &known, true),
        (&known, &signs, true),
        (&signs, &known, true),
        (&signs, &after, true),
        (&before, &after, false),
        (&after, &before, false),
    ] {
        let read = reader.verify(&good(maker), at(1));
        assert_eq!(read.is_ok(), is_good, "{maker:?} {reader:?}");
    }
}

#[test]
fn a_token_is_checked_with_the_key_that_it_names_alone() {
    let files = Files::new();
    let (one, other) = (files.signing("one.key"), files.signing("other.key"));
    let both = files.signing("one.key").with_verifying(&[files.path("other.key")]).unwrap();
    for (names, signs) in [(&one, &other), (&other, &one)] {
        let header = Header { kid: Some(names.id.clone()), ..Header::new(Algorithm::EdDSA) };
        assert_refused(&both, &jsonwebtoken::encode(&header, &claims(), &signs.signing).unwrap());
    }
}

#[test]
fn a_public_key_is_enough_to_verify() {
    let files = Files::new();
    let signs = Keys::load_or_create(&files.write("a.pem", PRIVATE)).unwrap();
    assert_eq!(signs.id(), KID);
    let public = files.write("public.pem", PUBLIC);
    #[cfg(unix)]
    set_mode(&public, 0o644);
    let keys = files.signing("b.key").with_verifying(&[public]).unwrap();
    assert!(keys.verify(&good(&signs), at(1)).is_ok());
    assert_ne!(keys.id(), KID, "it never signs");
}

#[test]
fn a_key_named_twice_counts_once() {
    let files = Files::new();
    let (private, public) = (files.write("a.pem", PRIVATE), files.write("public.pem", PUBLIC));
    let keys = Keys::load_or_create(&private).unwrap();
    let keys = keys.with_verifying(&[public.clone(), private.clone()]).unwrap();
    assert_eq!(ids(&keys), [KID]);
    let keys = files.signing("b.key").with_verifying(&[public, private]).unwrap();
    assert_eq!(ids(&keys), [keys.id(), KID]);
}

#[test]
fn the_key_set_shows_what_verifies_and_nothing_private() {
    let files = Files::new();
    let keys = files.signing("b.key").with_verifying(&[files.write("a.pem", PRIVATE)]).unwrap();
    let set: Value = serde_json::from_str(&keys.jwks()).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    assert_eq!(set["keys"][0]["kid"], keys.id(), "the one that signs comes first");
    assert_eq!(
        set["keys"][1],
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": KID, "x": X })
    );
    // Whoever is shown a token can verify it with nothing but the set.
    let key = jsonwebtoken::jwk::Jwk::deserialize(&set["keys"][0]).unwrap();
    let key = DecodingKey::from_jwk(&key).unwrap();
    let mut validation = validation();
    validation.set_required_spec_claims(&["sub"]);
    assert!(jsonwebtoken::decode::<Claims>(good(&keys), &key, &validation).is_ok());
}

#[test]
fn a_file_without_a_key_is_named() {
    let files = Files::new();
    let rsa = "-----BEGIN PUBLIC KEY-----\nMAsGCSqGSIb3DQEBAQ==\n-----END PUBLIC KEY-----\n";
    let short = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAORRkoQqx3xeW\n-----END PUBLIC KEY-----\n";
    for content in ["", "hello", rsa, short, "-----BEGIN PUBLIC KEY-----", "\u{0}\u{1}"] {
        let path = files.write("wrong.pem", content);
        let sentence = files.signing("b.key").with_verifying(&[path]).unwrap_err();
        assert!(sentence.contains("wrong.pem of `verifying_key_files` holds no Ed25519 key"), "{sentence}");
    }
    let gone = files.path("gone.pem");
    let sentence = files.signing("b.key").with_verifying(std::slice::from_ref(&gone)).unwrap_err();
    assert!(sentence.contains("gone.pem cannot be read"), "{sentence}");
    assert!(!gone.exists(), "a key to verify with is never made");
}

#[cfg(unix)]
#[test]
fn a_private_key_that_others_may_read_is_refused() {
    let files = Files::new();
    let path = files.write("a.pem", PRIVATE);
    set_mode(&path, 0o644);
    let sentence = files.signing("b.key").with_verifying(&[path]).unwrap_err();
    assert!(sentence.contains("is open to others than its owner"), "{sentence}");
}
