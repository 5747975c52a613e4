//! `dev.souk.parcel.moved.v1`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, wire};

/// A parcel is somewhere else now, says its carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParcelMoved {
    /// The carrier's name for the parcel.
    #[serde(deserialize_with = "wire::reference")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9._:/-]{1,64}$"))]
    pub tracking_number: String,
    /// Who carries it.
    #[serde(deserialize_with = "wire::text")]
    #[schemars(regex(pattern = r"^[^\u0000-\u001f\u007f-\u009f]{1,200}$"))]
    pub carrier: String,
    /// How far it is.
    pub status: ParcelStatus,
    /// Where it is.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "wire::text_maybe"
    )]
    #[schemars(regex(pattern = r"^[^\u0000-\u001f\u007f-\u009f]{1,200}$"))]
    pub location: Option<String>,
    /// When.
    #[serde(deserialize_with = "wire::time")]
    pub occurred_at: DateTime<Utc>,
}

/// How far a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParcelStatus {
    /// The carrier has it.
    InTransit,
    /// It arrives today.
    OutForDelivery,
    /// It has arrived.
    Delivered,
}

impl Contract for ParcelMoved {
    const TYPE: &'static str = "dev.souk.parcel.moved.v1";
    const EMITTER: &'static str = "carrier";
    const SOURCE: &'static str = "/publishers/carrier";
    const PUBLIC: bool = true;

    fn subject(&self) -> String {
        format!("parcels/{}", self.tracking_number)
    }

    fn partition_key(&self) -> String {
        self.tracking_number.clone()
    }
}
