//! A mail server that can be told how to behave: as much of SMTP as a client needs to hand over a mail.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What a [`PostOffice`] does with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes it.
    Takes,
    /// It says that it should come again.
    NotNow,
    /// It says that there is nobody of that name.
    Never,
    /// It ends the conversation.
    HangsUp,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Whom it is to.
    pub to: Vec<String>,
    /// The mail as it was handed over.
    pub raw: Vec<u8>,
}

/// A mail server. Clones are the same one.
#[derive(Clone)]
pub struct PostOffice {
    address: SocketAddr,
    counter: Arc<Mutex<(Manner, Vec<Mail>)>>,
}

impl Mail {
    /// Its subject line.
    ///
    /// # Panics
    /// If it is no mail.
    pub fn subject(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(&self.raw);
        let subject = message.as_ref().and_then(|message| message.subject());
        subject
            .unwrap_or_else(|| panic!("it has no subject"))
            .to_owned()
    }

    /// Its text.
    ///
    /// # Panics
    /// If it is no mail.
    pub fn text(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(&self.raw);
        let text = message.as_ref().and_then(|message| message.body_text(0));
        text.unwrap_or_else(|| panic!("it has no text"))
            .into_owned()
    }
}

impl PostOffice {
    /// Begins to take mails.
    ///
    /// # Panics
    /// If there is no port left.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("no address: {error}"));
        let office = Self {
            address,
            counter: Arc::new(Mutex::new((Manner::Takes, Vec::new()))),
        };
        let clerk = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let clerk = clerk.clone();
                tokio::spawn(async move { clerk.converse(stream).await });
            }
        });
        office
    }

    /// Its address, for `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Behaves like this from now on.
    pub fn behave(&self, manner: Manner) {
        self.counter().0 = manner;
    }

    /// What was taken so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.counter().1.clone()
    }

    fn counter(&self) -> MutexGuard<'_, (Manner, Vec<Mail>)> {
        self.counter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn manner(&self) -> Manner {
        self.counter().0
    }

    async fn converse(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let mut mail = Mail {
            to: Vec::new(),
            raw: Vec::new(),
        };
        let mut reply = "220 test ESMTP";
        loop {
            if self.manner() == Manner::HangsUp {
                return None;
            }
            let line = format!("{reply}\r\n");
            stream.get_mut().write_all(line.as_bytes()).await.ok()?;
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
            reply = match line.get(..4).unwrap_or_default() {
                "RCPT" if self.manner() == Manner::Never => "550 nobody of that name",
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1)?;
                    mail.to.push(address.to_owned());
                    "250 ok"
                }
                "DATA" => {
                    stream.get_mut().write_all(b"354 go on\r\n").await.ok()?;
                    mail.raw = read_mail(&mut stream).await?;
                    self.take(&mut mail)
                }
                "QUIT" => return None,
                _ => "250 ok",
            };
        }
    }

    fn take(&self, mail: &mut Mail) -> &'static str {
        let mut counter = self.counter();
        if counter.0 == Manner::NotNow {
            return "451 try again";
        }
        let taken = mail.clone();
        mail.to.clear();
        counter.1.push(taken);
        "250 taken"
    }
}

async fn read_mail(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let begin = raw.len();
        stream.read_until(b'\n', &mut raw).await.ok()?;
        match &raw[begin..] {
            b"" => return None,
            b".\r\n" => {
                raw.truncate(begin);
                return Some(raw);
            }
            _ => {}
        }
    }
}
