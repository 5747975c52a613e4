#!/usr/bin/env python3
"""Runs a collector with the configuration that terraform/cluster ships, tells it what functions tell, and looks at what comes out.

    collector.py <collector> <folder to work in>

Addresses are ports of this machine, and what would go to Tempo and Loki goes to the collector's own log. Nothing else is changed.
"""

import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import yaml

VALUES = pathlib.Path("terraform/cluster/values")
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
DELTA, CUMULATIVE = 1, 2


def main(collector, folder):
    shipped = config("otel-collector")
    write(folder, "shipped.yaml", shipped)
    subprocess.run([collector, "validate", f"--config={folder}/shipped.yaml"], check=True)
    ports = [free_port() for _ in range(3)]
    write(folder, "here.yaml", here(shipped, config("otel-agent"), *ports))
    log = pathlib.Path(folder, "collector.log")
    with log.open("w") as output:
        process = subprocess.Popen([collector, f"--config={folder}/here.yaml"], stdout=output, stderr=output)
        try:
            tell(ports[0])
            judge(read(ports[1]), read(ports[2]), until(log, "Trace ID", 3))
        finally:
            process.terminate()
            process.wait(10)


def config(name):
    values = yaml.safe_load((VALUES / f"{name}.yaml").read_text())["config"]
    pipelines = values["service"]["pipelines"]
    values["service"]["pipelines"] = {name: pipeline for name, pipeline in pipelines.items() if pipeline}
    return values


def here(shipped, agent, otlp, counted, measured):
    made = json.loads(json.dumps(shipped))
    made["receivers"]["otlp"]["protocols"] = {"http": {"endpoint": f"127.0.0.1:{otlp}"}}
    made["exporters"]["prometheus/counted"]["endpoint"] = f"127.0.0.1:{counted}"
    made["exporters"]["prometheus/measured"]["endpoint"] = f"127.0.0.1:{measured}"
    del made["exporters"]["otlp/tempo"]
    made["exporters"]["debug"] = {"verbosity": "detailed"}
    pipelines = made["service"]["pipelines"]
    pipelines["traces"]["exporters"] = ["debug"]
    made["processors"]["transform/lines"] = agent["processors"]["transform/lines"]
    pipelines["logs"] = {"receivers": ["otlp"], "processors": ["memory_limiter", "transform/lines"], "exporters": ["debug"]}
    made["service"]["telemetry"] = {"metrics": {"level": "none"}}
    return made


def tell(port):
    now = time.time()
    post(port, "metrics", metrics("1", now - 10, now - 0.5, 3))
    # Another instance, of another release.
    post(port, "metrics", metrics("2", now - 10, now - 0.4, 4))
    post(port, "metrics", metrics("1", now - 0.5, now - 0.1, 5))
    line = {"level": "ERROR", "function": "orders", "message": "no", "trace_id": TRACE, "span_id": SPAN}
    records = [{"body": {"stringValue": json.dumps(line)}}, {"body": {"stringValue": "thread 'main' panicked"}}]
    post(port, "logs", {"resourceLogs": [{"resource": resource({"faas.name": "orders"}), "scopeLogs": [{"logRecords": records}]}]})
    span = {
        "traceId": TRACE, "spanId": SPAN, "name": "GET", "kind": 2, "startTimeUnixNano": nanos(now - 1), "endTimeUnixNano": nanos(now),
        "attributes": attributes({"http.url": "http://shop/v1/x?token=SECRET", "url.query": "token=SECRET"}),
    }
    post(port, "traces", {"resourceSpans": [{"resource": resource({"service.name": "gateway"}), "scopeSpans": [{"spans": [span]}]}]})


def metrics(version, begin, end, count):
    """What an instance has counted between two moments, as souk-kit sends it."""
    span = {"startTimeUnixNano": nanos(begin), "timeUnixNano": nanos(end)}
    placed = {**span, "asInt": str(count), "attributes": attributes({"souk.order.state": "placed"})}
    fresh = {**span, "count": str(count), "sum": count * 0.1, "bucketCounts": [str(count), "0", "0"], "explicitBounds": [30, 60]}
    breaker = {**span, "asInt": "2", "attributes": attributes({"peer.service": "payment-provider"})}
    told = [
        {"name": "souk.orders.transitions", "unit": "{order}", "sum": total([placed], DELTA, True)},
        {"name": "souk.event.freshness", "unit": "s", "histogram": {"aggregationTemporality": DELTA, "dataPoints": [fresh]}},
        {"name": "souk.circuit_breaker.state", "gauge": {"dataPoints": [breaker]}},
        {"name": "http.server.active_requests", "unit": "{request}", "sum": total([{**span, "asInt": "1"}], CUMULATIVE, False)},
    ]
    about = {"service.name": "orders", "service.namespace": "souk", "service.version": version}
    return {"resourceMetrics": [{"resource": resource(about), "scopeMetrics": [{"scope": {"name": "souk"}, "metrics": told}]}]}


def total(points, temporality, grows):
    return {"aggregationTemporality": temporality, "isMonotonic": grows, "dataPoints": points}


def judge(counted, measured, log):
    expect(value(counted, "souk_orders_transitions_total", 'souk_order_state="placed"') == 12, "3, 4 and 5 orders are 12", counted)
    expect(value(counted, "souk_event_freshness_seconds_bucket", 'le="30"') == 12, "a histogram's buckets are added up", counted)
    expect("souk_circuit_breaker_state" not in counted, "a breaker's state is not kept for a day", counted)
    expect(value(measured, "souk_circuit_breaker_state", 'peer_service="payment-provider"') == 2, "a breaker's state is shown", measured)
    expect(value(measured, "http_server_active_requests", "") == 1, "what goes up and down is shown", measured)
    expect("souk_orders" not in measured, "and nothing else is forgotten early", measured)
    promtool = subprocess.run(["promtool", "check", "metrics"], input=counted + measured, text=True, capture_output=True)
    # 3: it reads it, and would name something otherwise.
    expect(promtool.returncode in (0, 3), "Prometheus reads it", promtool.stderr)
    expect("SECRET" not in log, "no query is in a trace", log)
    expect("SeverityNumber: Error(17)" in log and f"Trace ID: {TRACE}" in log, "a line has its severity and its trace", log)
    expect("service.name: Str(orders)" in log and "service.namespace: Str(souk)" in log, "and its function", log)


def value(text, name, label):
    for line in text.splitlines():
        if line.startswith(name + "{") and label in line and 'service_name="orders"' in line and 'service_namespace="souk"' in line:
            return float(line.rsplit(" ", 1)[1])
    return None


def expect(true, what, seen):
    if not true:
        sys.exit(f"not so: {what}\n{seen}")
    print(what)


def post(port, signal, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/{signal}", data, {"content-type": "application/json"})
    patient(lambda: urllib.request.urlopen(request).read())


def read(port):
    # The name is there as soon as what was sent has gone through.
    return patient(lambda: filled(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()))


def filled(text):
    if "service_name" not in text:
        raise OSError("nothing is shown yet")
    return text


def until(log, words, times):
    def whole():
        text = log.read_text()
        if text.count(words) < times:
            raise OSError(f"`{words}` does not come {times} times")
        return text

    return patient(whole)


def patient(ask):
    last = time.monotonic() + 20
    while True:
        try:
            return ask()
        except OSError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


def resource(about):
    return {"attributes": attributes(about)}


def attributes(of):
    return [{"key": name, "value": {"stringValue": text}} for name, text in of.items()]


def nanos(seconds):
    return str(int(seconds * 1e9))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def write(folder, name, made):
    pathlib.Path(folder, name).write_text(yaml.safe_dump(made, sort_keys=False))


main(*sys.argv[1:])
