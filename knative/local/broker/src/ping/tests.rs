use http::{HeaderMap, StatusCode};

use super::*;

#[test]
fn only_what_may_pass_is_sent_again() {
    for (status, again) in [
        (202, None),
        (200, None),
        (400, Some(false)),
        (404, Some(true)),
        (408, Some(false)),
        (425, Some(true)),
        (429, Some(true)),
        (500, Some(false)),
        (502, Some(true)),
        (503, Some(true)),
        (504, Some(true)),
    ] {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        let found = judge(Ok(answer)).err().map(|failure| failure.again);
        assert_eq!(found, again, "{status}");
    }
    assert!(judge(Err("refused".to_owned())).unwrap_err().again);
}
