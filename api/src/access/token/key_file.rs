//! The files of keys: PKCS#8 in PEM, as `openssl genpkey -algorithm ED25519` writes it, and for keys
//! that only verify also the public half, as `openssl pkey -pubout` writes it.
//!
//! The file of the signing key appears whole or not at all, its owner alone may read it, and it is
//! never overwritten: a new key would sign everybody out. The files of other keys are only read.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
const BEGIN_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";
const END_PUBLIC: &str = "-----END PUBLIC KEY-----";

/// What stands before the 32 bytes of an Ed25519 public key in its usual form (RFC 8410).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// How long an Ed25519 public key is, in bytes.
const PUBLIC_LENGTH: usize = 32;

/// The PKCS#8 document in the file, made when the file is missing.
pub fn load_or_create(path: &Path) -> Result<Vec<u8>, String> {
    match File::open(path) {
        Ok(file) => load(path, file),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            create(path)?;
            let file = File::open(path).map_err(|cause| unreadable(path, &cause))?;
            load(path, file)
        }
        Err(cause) => Err(unreadable(path, &cause)),
    }
}

/// The sentence for a file that holds something else.
pub fn not_a_key(path: &Path) -> String {
    format!(
        "The file {} holds no Ed25519 private key in PKCS#8 PEM; name another file in `signing_key_file`, or \
         move this one away and a new key will be made.",
        path.display()
    )
}

/// The public key in the file, or the one that belongs to the private key in it, with its secret. The file is never
/// made: a key that nobody has signed with verifies nothing.
pub fn load_public(path: &Path) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
    let mut file = File::open(path).map_err(|cause| unreadable(path, &cause))?;
    let pem = read(path, &mut file)?;
    let public = match block(&pem, BEGIN, END) {
        Some(pkcs8) => {
            refuse_if_exposed(path, &file)?;
            super::public_half(&pkcs8).map(|public| (public, super::Keys::seed(&pkcs8)))
        }
        None => block(&pem, BEGIN_PUBLIC, END_PUBLIC).and_then(|document| {
            let bytes = document.strip_prefix(PUBLIC_PREFIX.as_slice())?;
            (bytes.len() == PUBLIC_LENGTH).then(|| (bytes.to_vec(), None))
        }),
    };
    public.ok_or_else(|| {
        format!(
            "The file {} of `verifying_key_files` holds no Ed25519 key in PEM, neither private (PKCS#8) nor \
             public.",
            path.display()
        )
    })
}

fn unreadable(path: &Path, cause: &io::Error) -> String {
    format!("The key {} cannot be read: {cause}.", path.display())
}

fn load(path: &Path, mut file: File) -> Result<Vec<u8>, String> {
    refuse_if_exposed(path, &file)?;
    block(&read(path, &mut file)?, BEGIN, END).ok_or_else(|| not_a_key(path))
}

fn read(path: &Path, file: &mut File) -> Result<Vec<u8>, String> {
    let mut pem = Vec::new();
    file.read_to_end(&mut pem).map_err(|cause| unreadable(path, &cause))?;
    Ok(pem)
}

/// Asks the opened file and not its name, which could mean another file a moment later.
#[cfg(unix)]
fn refuse_if_exposed(path: &Path, file: &File) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata().map_err(|cause| unreadable(path, &cause))?.permissions().mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(format!("The key {path} is open to others than its owner; run `chmod 600 {path}`."));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_exposed(_path: &Path, _file: &File) -> Result<(), String> {
    Ok(())
}

/// Makes the file, unless another process does so first, which is as good.
fn create(path: &Path) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(format!(
            "The signing key {} cannot be made because the folder {} does not exist; make it first.",
            path.display(),
            folder.display()
        ));
    }
    let pair = Ed25519KeyPair::generate().map_err(|_| "No signing key could be generated.".to_owned())?;
    let pem = encode(&pair).ok_or("The new signing key could not be encoded.")?;
    let draft = draft_of(path, &pair);
    let made = publish(&draft, path, &pem);
    // The draft is either a second name of the key or of no use.
    let _ = std::fs::remove_file(&draft);
    made.map_err(|cause| format!("The signing key {} cannot be made: {cause}.", path.display()))
}

/// A name beside the file that nobody else takes, since it is taken from the new key.
fn draft_of(path: &Path, pair: &Ed25519KeyPair) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", super::key_id(pair.public_key().as_ref())));
    PathBuf::from(name)
}

/// Writes aside and links into place: a link, unlike a rename, never replaces a file that is there.
fn publish(draft: &Path, path: &Path, pem: &str) -> io::Result<()> {
    let mut file = private().open(draft)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    match std::fs::hard_link(draft, path) {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

/// A new file that its owner alone may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn encode(pair: &Ed25519KeyPair) -> Option<String> {
    // Version 1 of the format, because the OpenSSL command line reads no other.
    let document = pair.to_pkcs8v1().ok()?;
    Some(format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(document)))
}

/// The document between these marks.
fn block(pem: &[u8], begin: &str, end: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(pem).ok()?;
    let (_, after) = text.split_once(begin)?;
    let (body, _) = after.split_once(end)?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(body).ok()
}
