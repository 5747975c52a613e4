//! The document of a function says what its handlers do.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(missing_docs, reason = "schemas take the words of these types")]

use axum::{body::Body, extract::State};
use http::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use souk_kit::{
    Access, Answer, Caller, Role,
    api::{Doc, Located, Param, Routes, Status},
    http::{Json, Path, Query},
    idempotency::IdempotencyKey,
};
use tower::ServiceExt;
use uuid::Uuid;

/// A note.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    /// What it says.
    #[serde(default)]
    text: String,
    /// What kind of note it is.
    kind: Kind,
}

/// A kind of note.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// For oneself.
    Private,
    /// For everybody.
    Public,
}

#[derive(Deserialize, JsonSchema)]
struct Wanted {
    /// Only notes of this length.
    length: Option<u32>,
}

const TAKE_NOTE: Doc = Doc::new("Take a note", Access::of(&[Role::Merchant], "notes:write"))
    .refuses(&[(409, "note-taken", "There is such a note already.")])
    .path(&[Param::new("book_id", "The book.")]);
const ADD_BOOK: Doc = Doc::new("Add a book", Access::public());
const MAKE_SECRET: Doc = Doc::new("Make a secret", Access::public()).unkept("the answer is one.");
const LIST_NOTES: Doc = Doc::new("List notes", Access::public());

async fn take_note(
    _: State<()>,
    _: Caller,
    Path(book_id): Path<Uuid>,
    Json(note): Json<Note>,
) -> Answer<Status<201, Located<Json<Note>>>> {
    let location = format!("/v1/books/{book_id}");
    let answer = Json(note);
    Ok(Status(Located { location, answer }))
}

async fn list_notes(Query(wanted): Query<Wanted>) -> Answer<Json<Vec<u32>>> {
    Ok(Json(wanted.length.into_iter().collect()))
}

async fn add_book(_: IdempotencyKey) -> Answer<()> {
    Ok(())
}

async fn make_secret() -> Answer<()> {
    Ok(())
}

fn routes() -> Routes<()> {
    safe()
        .post("/v1/books/{book_id}", take_note, &TAKE_NOTE)
        .post("/v1/books", add_book, &ADD_BOOK)
        .post("/v1/secrets", make_secret, &MAKE_SECRET)
}

fn safe() -> Routes<()> {
    Routes::new().get("/v1/notes", list_notes, &LIST_NOTES).get(
        "/v2/notes",
        list_notes,
        &LIST_NOTES,
    )
}

fn document() -> Value {
    routes().api("Notes.").document("notes")
}

#[test]
fn an_operation_is_called_as_its_handler_and_later_versions_say_so() {
    let paths = document()["paths"].take();
    assert_eq!(
        paths["/v1/books/{book_id}"]["post"]["operationId"],
        "take_note"
    );
    assert_eq!(paths["/v2/notes"]["get"]["operationId"], "list_notes_v2");
}

#[test]
fn what_a_handler_takes_gives_and_refuses_is_said() {
    let operation = document()["paths"]["/v1/books/{book_id}"]["post"].take();
    assert_eq!(operation["parameters"][0]["schema"]["format"], "uuid");
    assert_eq!(
        operation["security"],
        json!([{ "bearer": ["notes:write"] }])
    );
    assert!(operation["responses"]["201"]["headers"]["Location"].is_object());
    for status in [
        "400", "401", "403", "404", "409", "413", "415", "422", "500", "503",
    ] {
        assert!(
            operation["responses"][status]["x-problems"].is_array(),
            "{status}"
        );
    }
    assert_eq!(
        operation["responses"]["409"]["x-problems"],
        json!(["idempotency-key-in-flight", "note-taken"])
    );
}

#[test]
fn whatever_changes_something_takes_a_key_or_says_why_not() {
    let paths = document()["paths"].take();
    let header = |path: &str, method: &str| {
        let parameters = paths[path][method]["parameters"].as_array().cloned();
        let mut parameters = parameters.into_iter().flatten();
        parameters.find(|parameter| parameter["name"] == "Idempotency-Key")
    };
    let kept = header("/v1/books/{book_id}", "post").unwrap();
    assert_eq!(kept["required"], false);
    let stored = header("/v1/books", "post").unwrap();
    assert_eq!(stored["required"], true);
    assert_eq!(header("/v1/notes", "get"), None);
    assert_eq!(header("/v1/secrets", "post"), None);
    let description = &paths["/v1/secrets"]["post"]["description"];
    let expected = "No `Idempotency-Key` is looked at: the answer is one.";
    assert_eq!(description, expected);
    let again = &paths["/v1/books"]["post"]["responses"]["409"]["headers"]["Retry-After"];
    assert!(again.is_object());
}

#[test]
#[should_panic(expected = "say who (`Routes::kept_by`)")]
fn a_function_that_has_nobody_to_keep_keys_is_a_mistake() {
    let _ = routes().with_state(());
}

#[test]
fn a_field_that_may_be_left_out_of_a_request_is_always_in_an_answer() {
    let document = document();
    let operation = &document["paths"]["/v1/books/{book_id}"]["post"];
    let (read, written) = (
        &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        &operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"],
    );
    assert_eq!(
        (read, written),
        (
            &json!("#/components/schemas/NoteInput"),
            &json!("#/components/schemas/Note")
        )
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["NoteInput"]["required"], json!(["kind"]));
    assert_eq!(schemas["Note"]["required"], json!(["text", "kind"]));
    assert_eq!(schemas["Kind"]["enum"], json!(["private", "public"]));
}

#[test]
fn a_parameter_is_there_or_not_and_never_null() {
    let parameter = document()["paths"]["/v1/notes"]["get"]["parameters"][0].take();
    assert_eq!(
        (&parameter["required"], &parameter["schema"]["type"]),
        (&json!(false), &json!("integer"))
    );
}

#[tokio::test]
async fn what_is_described_is_what_is_served() {
    let request = Request::get("/v2/notes?length=7")
        .body(Body::empty())
        .unwrap();
    let answer = safe().with_state(()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
}
