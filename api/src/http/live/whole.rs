//! Whole messages out of the frames of a WebSocket.
//!
//! Always: what has come of a message takes no more memory than it has bytes, however small the pieces are in which it
//! comes, and no more bytes than whoever sends it may send at this moment.

use actix_ws::{CloseReason, Item, Message, ProtocolError};

use super::protocol::End;

/// What comes over a WebSocket.
#[derive(Debug, PartialEq)]
pub enum Came {
    /// A whole message.
    Text(String),
    /// A ping, with what is to be sent back.
    Ping(Vec<u8>),
    /// A goodbye.
    Close(Option<CloseReason>),
    /// Nothing that is to be answered: a pong, or a part of a message.
    Nothing,
}

/// Puts messages together.
#[derive(Debug, Default)]
pub struct Whole {
    begun: Option<Vec<u8>>,
}

const NO_MESSAGE: End = End::BadMessage("This is no message of a WebSocket.");
const NO_TEXT: End = End::BadMessage("Messages are text.");

impl Whole {
    /// Takes the next frame, where a message has at most so many bytes.
    pub fn take(&mut self, frame: Result<Message, ProtocolError>, most: usize) -> Result<Came, End> {
        match frame {
            Ok(Message::Text(text)) if self.begun.is_none() => whole_text(text.as_bytes(), most),
            Ok(Message::Continuation(Item::FirstText(bytes))) if self.begun.is_none() => {
                self.begun = Some(Vec::new());
                self.more(&bytes, most)?;
                Ok(Came::Nothing)
            }
            Ok(Message::Continuation(Item::Continue(bytes))) => {
                self.more(&bytes, most)?;
                Ok(Came::Nothing)
            }
            Ok(Message::Continuation(Item::Last(bytes))) => {
                self.more(&bytes, most)?;
                let bytes = self.begun.take().unwrap_or_default();
                whole_text(&bytes, most)
            }
            Ok(Message::Binary(_) | Message::Continuation(Item::FirstBinary(_))) => Err(NO_TEXT),
            Ok(Message::Ping(bytes)) => Ok(Came::Ping(bytes.to_vec())),
            Ok(Message::Pong(_) | Message::Nop) => Ok(Came::Nothing),
            Ok(Message::Close(reason)) => Ok(Came::Close(reason)),
            Err(ProtocolError::Overflow) => Err(End::TooLarge),
            Ok(Message::Text(_) | Message::Continuation(Item::FirstText(_))) | Err(_) => Err(NO_MESSAGE),
        }
    }

    fn more(&mut self, bytes: &[u8], most: usize) -> Result<(), End> {
        let begun = self.begun.as_mut().ok_or(NO_MESSAGE)?;
        if begun.len().saturating_add(bytes.len()) > most {
            return Err(End::TooLarge);
        }
        begun.extend_from_slice(bytes);
        Ok(())
    }
}

fn whole_text(bytes: &[u8], most: usize) -> Result<Came, End> {
    if bytes.len() > most {
        return Err(End::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NO_TEXT)?;
    Ok(Came::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_together() {
        let mut whole = Whole::default();
        let mut take = |message| whole.take(Ok(message), 6);
        let piece = |bytes: &'static str| bytes.into();
        assert_eq!(take(Message::Text("{}".into())), Ok(Came::Text("{}".to_owned())));
        assert_eq!(take(Message::Continuation(Item::FirstText(piece("ab")))), Ok(Came::Nothing));
        assert_eq!(take(Message::Ping("x".into())), Ok(Came::Ping(b"x".to_vec())));
        assert_eq!(take(Message::Continuation(Item::Continue(piece("cd")))), Ok(Came::Nothing));
        assert_eq!(take(Message::Text("{}".into())), Err(NO_MESSAGE));
        assert_eq!(take(Message::Continuation(Item::Last(piece("e")))), Ok(Came::Text("abcde".to_owned())));
        for message in
            [Message::Continuation(Item::Continue(piece("a"))), Message::Continuation(Item::Last(piece("a")))]
        {
            assert_eq!(take(message), Err(NO_MESSAGE));
        }
        assert_eq!(take(Message::Text("1234567".into())), Err(End::TooLarge));
        assert_eq!(take(Message::Continuation(Item::FirstText(piece("1234")))), Ok(Came::Nothing));
        assert_eq!(take(Message::Continuation(Item::Continue(piece("567")))), Err(End::TooLarge));
        for message in [Message::Binary("a".into()), Message::Continuation(Item::FirstBinary("a".into()))] {
            assert_eq!(Whole::default().take(Ok(message), 6), Err(NO_TEXT));
        }
        let mut broken = Whole::default();
        let half = actix_web::web::Bytes::from_static(&[0xC3]);
        assert_eq!(
            broken.take(Ok(Message::Continuation(Item::FirstText(half.clone()))), 6),
            Ok(Came::Nothing)
        );
        assert_eq!(broken.take(Ok(Message::Continuation(Item::Last(half))), 6), Err(NO_TEXT));
    }
}
