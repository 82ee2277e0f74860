//! `/metrics` in the Prometheus text format.
//!
//! The number of series is bounded, although callers choose operation names: only names that somebody
//! signed in sent become labels, and only the first 200 of them.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::ConstGauge, histogram::Histogram};
use prometheus_client::registry::Registry;

use super::{
    Backend, State,
    graphql::{Seen, kind, label},
};
use crate::graphql::FaultCode;

/// Distinct operation names that get a series of their own.
const NAMES: usize = 200;
/// Upper bounds of the latency histogram, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    status: &'static str,
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: String,
}

/// The counters of the process.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    errors: Family<ErrorLabels, Counter>,
    seconds: Family<OperationLabels, Histogram, fn() -> Histogram>,
    statements: Counter,
    names: Mutex<HashSet<String>>,
}

impl Metrics {
    /// Fresh counters, and the backend's gauges beside them.
    pub fn new<B: Backend>(backend: Arc<B>) -> Self {
        let mut registry = Registry::with_prefix("tutti");
        let requests = Family::default();
        let errors = Family::default();
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let seconds = Family::new_with_constructor(histogram);
        let statements = Counter::default();
        registry.register(
            "requests",
            "GraphQL requests by status class and operation kind",
            requests.clone(),
        );
        registry.register("errors", "GraphQL answers by the codes of their errors", errors.clone());
        registry.register("request_seconds", "Time to answer, by operation name", seconds.clone());
        registry.register("sql_statements", "SQL statements run for requests", statements.clone());
        registry.register_collector(Box::new(Gauges(backend)));
        Self { registry, requests, errors, seconds, statements, names: Mutex::default() }
    }

    /// Counts one request.
    pub fn record(
        &self,
        seen: &Seen,
        status: StatusCode,
        codes: &[FaultCode],
        elapsed: Duration,
        statements: u32,
    ) {
        self.requests.get_or_create(&RequestLabels { status: class(status), kind: kind(seen) }).inc();
        for code in codes {
            self.errors.get_or_create(&ErrorLabels { code: code.as_str() }).inc();
        }
        let operation = self.bounded(seen);
        self.seconds.get_or_create(&OperationLabels { operation }).observe(elapsed.as_secs_f64());
        self.statements.inc_by(u64::from(statements));
    }

    fn bounded(&self, seen: &Seen) -> String {
        let Some(admission) = &seen.admission else { return "none".to_owned() };
        let name = label(&admission.operation_label);
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.signed_in && names.len() < NAMES {
            names.insert(name.to_owned());
        }
        if names.contains(name) { name.to_owned() } else { "other".to_owned() }
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// Asks the backend at each scrape.
struct Gauges<B>(Arc<B>);

impl<B> fmt::Debug for Gauges<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gauges")
    }
}

impl<B: Backend> Collector for Gauges<B> {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        for (name, help, value) in self.0.gauges() {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

/// The handler.
pub async fn show<B: Backend>(state: Data<State<B>>) -> HttpResponse {
    let mut page = String::new();
    match text::encode(&mut page, &state.metrics.registry) {
        Ok(()) => HttpResponse::Ok()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(page),
        Err(_) => {
            super::answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "The metrics could not be written.")
        }
    }
}
