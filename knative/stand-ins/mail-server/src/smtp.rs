//! The receiving half of SMTP (RFC 5321), as far as a client needs it to hand over a mail. Delivers nothing onward.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::mailbox::Mailbox;
use crate::switches::Switches;

const CONNECTIONS_MAX: usize = 64;
const LINE_BYTES_MAX: u64 = 1_000;
/// How much of a line of a mail is read at once; some clients send longer ones than they should.
const PIECE_BYTES_MAX: u64 = 64 * 1024;
const MAIL_BYTES_MAX: usize = 1024 * 1024;
const RECIPIENTS_MAX: usize = 100;
const SILENCE_MAX: Duration = Duration::from_secs(300);

/// Takes connections for ever.
pub(crate) async fn serve(listener: TcpListener, mailbox: Arc<Mailbox>, switches: Arc<Switches>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                continue;
            }
        };
        let (mailbox, switches) = (Arc::clone(&mailbox), Arc::clone(&switches));
        tokio::spawn(async move {
            if let Err(error) = connection(stream, &mailbox, &switches).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, mailbox: &Mailbox, switches: &Switches) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    converse(BufReader::new(reader), writer, mailbox, switches).await
}

/// What the client has said of the mail it is about to send.
#[derive(Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

async fn converse<R, W>(
    mut reader: R,
    mut writer: W,
    mailbox: &Mailbox,
    switches: &Switches,
) -> io::Result<()>
where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut envelope = Envelope::default();
    reply(&mut writer, "220 mail-server ESMTP").await?;
    while let Some(line) = read_line(&mut reader).await? {
        match Command::parse(&line) {
            Command::Quit => return reply(&mut writer, "221 bye").await,
            Command::MailFrom(_) if switches.refuses() => {
                reply(&mut writer, "451 not now, try again").await?
            }
            Command::Data if envelope.to.is_empty() => {
                reply(&mut writer, "503 say MAIL and RCPT first").await?
            }
            Command::Data => {
                reply(&mut writer, "354 end with a line that holds a dot only").await?;
                let answer = match read_mail(&mut reader).await? {
                    Some(raw) => keep(mailbox, std::mem::take(&mut envelope), &raw),
                    None => "552 a mail may hold 1 MiB at most".to_owned(),
                };
                reply(&mut writer, &answer).await?;
            }
            command => reply(&mut writer, &envelope.apply(command)).await?,
        }
    }
    Ok(())
}

enum Command {
    Hello { extended: bool },
    MailFrom(String),
    RcptTo(String),
    Data,
    Reset,
    Noop,
    Quit,
    Unknown,
}

impl Command {
    fn parse(line: &str) -> Self {
        let upper = line.to_ascii_uppercase();
        match upper.split_whitespace().next().unwrap_or_default() {
            "EHLO" => Self::Hello { extended: true },
            "HELO" => Self::Hello { extended: false },
            "MAIL" => address(line).map_or(Self::Unknown, Self::MailFrom),
            "RCPT" => address(line).map_or(Self::Unknown, Self::RcptTo),
            "DATA" => Self::Data,
            "RSET" => Self::Reset,
            "NOOP" => Self::Noop,
            "QUIT" => Self::Quit,
            _ => Self::Unknown,
        }
    }
}

/// The address between `<` and `>`; empty for the null sender.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    Some(address.to_owned())
}

impl Envelope {
    fn apply(&mut self, command: Command) -> String {
        match command {
            Command::Hello { extended: true } => {
                "250-mail-server\r\n250-8BITMIME\r\n250 SIZE 1048576".to_owned()
            }
            Command::Hello { extended: false } | Command::Noop => "250 ok".to_owned(),
            Command::MailFrom(address) => {
                *self = Self {
                    from: Some(address),
                    to: Vec::new(),
                };
                "250 ok".to_owned()
            }
            Command::RcptTo(_) if self.from.is_none() => "503 say MAIL first".to_owned(),
            Command::RcptTo(_) if self.to.len() >= RECIPIENTS_MAX => {
                "452 100 recipients at most".to_owned()
            }
            Command::RcptTo(address) => {
                self.to.push(address);
                "250 ok".to_owned()
            }
            Command::Reset => {
                *self = Self::default();
                "250 ok".to_owned()
            }
            Command::Data | Command::Quit | Command::Unknown => "500 not understood".to_owned(),
        }
    }
}

fn keep(mailbox: &Mailbox, envelope: Envelope, raw: &[u8]) -> String {
    match mailbox.keep(envelope.from.unwrap_or_default(), envelope.to, raw) {
        Ok(id) => format!("250 kept as {id}"),
        Err(error) => {
            tracing::error!(%error, "cannot keep a mail");
            "451 cannot keep it now, try again".to_owned()
        }
    }
}

/// One line without its end; None when the client has gone.
async fn read_line<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut limited = tokio::io::AsyncReadExt::take(reader, LINE_BYTES_MAX + 2);
    let read = timeout(SILENCE_MAX, limited.read_until(b'\n', &mut line)).await??;
    if read > 0 && !line.ends_with(b"\n") && read as u64 > LINE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line of more than 1,000 octets",
        ));
    }
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
}

/// The mail up to the line with a dot only, dots unstuffed; None when it is too long (it is read to its end all the same).
async fn read_mail<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Option<Vec<u8>>> {
    let (mut mail, mut too_long, mut at_start) = (Vec::new(), false, true);
    loop {
        // A line without an end comes in pieces: a dot in front of a later one means nothing.
        let mut piece = Vec::new();
        let mut limited = tokio::io::AsyncReadExt::take(&mut *reader, PIECE_BYTES_MAX);
        let read = timeout(SILENCE_MAX, limited.read_until(b'\n', &mut piece)).await??;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let is_start = std::mem::replace(&mut at_start, piece.ends_with(b"\n"));
        match piece.as_slice() {
            b".\r\n" | b".\n" if is_start => return Ok((!too_long).then_some(mail)),
            _ if mail.len() + piece.len() > MAIL_BYTES_MAX => too_long = true,
            [b'.', rest @ ..] if is_start => mail.extend_from_slice(rest),
            whole => mail.extend_from_slice(whole),
        }
    }
}

async fn reply<W: AsyncWrite + Unpin>(writer: &mut W, text: &str) -> io::Result<()> {
    writer.write_all(format!("{text}\r\n").as_bytes()).await?;
    writer.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn dialogue(client: &str) -> (String, Vec<crate::mailbox::Mail>) {
        dialogue_with(client, &Switches::default()).await
    }

    async fn dialogue_with(
        client: &str,
        switches: &Switches,
    ) -> (String, Vec<crate::mailbox::Mail>) {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        let mut answers = Vec::new();
        converse(client.as_bytes(), &mut answers, &mailbox, switches)
            .await
            .unwrap();
        (String::from_utf8(answers).unwrap(), mailbox.list(None))
    }

    #[tokio::test]
    async fn a_mail_is_taken_and_its_stuffed_dots_are_undone() {
        let (answers, mails) = dialogue(
            "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: s\r\n\r\n..dot\r\n.\r\nQUIT\r\n",
        )
        .await;
        assert!(answers.ends_with("221 bye\r\n"), "{answers}");
        assert_eq!(mails[0].to, ["b@x"]);
        assert_eq!(mails[0].text.trim_end(), ".dot");
    }

    #[tokio::test]
    async fn a_server_that_is_to_fail_refuses_for_now_and_keeps_nothing() {
        let switches = Switches::default();
        switches.set(serde_json::from_str(r#"{"mode":"fail"}"#).unwrap());
        let client = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nQUIT\r\n";
        let (answers, mails) = dialogue_with(client, &switches).await;
        assert!(answers.contains("451 not now"), "{answers}");
        assert!(mails.is_empty());
    }

    #[tokio::test]
    async fn data_without_a_recipient_is_refused() {
        let (answers, mails) = dialogue("MAIL FROM:<a@x>\r\nDATA\r\nQUIT\r\n").await;
        assert!(answers.contains("503 "), "{answers}");
        assert!(mails.is_empty());
    }

    #[tokio::test]
    async fn a_mail_over_the_limit_is_refused_and_the_connection_goes_on() {
        let body = "x".repeat(998) + "\r\n";
        let mail = format!(
            "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n{}.\r\nNOOP\r\n",
            body.repeat(1_100)
        );
        let (answers, mails) = dialogue(&mail).await;
        assert!(
            answers.contains("552 ") && answers.ends_with("250 ok\r\n"),
            "{answers}"
        );
        assert!(mails.is_empty());
    }

    #[tokio::test]
    async fn a_dot_within_a_line_that_is_read_in_pieces_ends_no_mail() {
        let line = "x".repeat(PIECE_BYTES_MAX as usize) + ".";
        let (answers, mails) = dialogue(&format!(
            "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n\r\n{line}\r\n.\r\nNOOP\r\n"
        ))
        .await;
        assert_eq!(mails[0].text.trim_end(), line);
        assert!(answers.ends_with("250 ok\r\n"), "{answers}");
    }
}
