package io.heddle.proxy.upstream.health;

import io.heddle.model.name.Locality;
import io.heddle.proxy.observe.EventFiles;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.heddle.traffic.resilience.health.HealthCheckState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells what active health checks find out: in the proxy's log, and in a file as lines of JSON where one is
/// named, each an Envoy `data.core.v3.HealthCheckEvent`. Safe on any thread.
public final class HealthEvents {
    private static final Logger log = LoggerFactory.getLogger(HealthEvents.class);

    private final EventFiles files;

    /// Writes to `files` where a cluster names one.
    public HealthEvents(EventFiles files) {
        this.files = files;
    }

    /// What a check came to.
    ///
    /// @param target the host
    /// @param check how it was asked
    /// @param change what that changed; nothing where the check itself is told
    /// @param finding the check's
    /// @param first whether it was the first of the host
    record Event(
            UpstreamTarget target,
            HealthCheck check,
            HealthCheckState.Change change,
            HostCheck.Finding finding,
            boolean first) {
        private String name() {
            return switch (change) {
                case FIRST_HEALTHY, HEALTHY -> "add_healthy_event";
                case UNHEALTHY -> "eject_unhealthy_event";
                case NONE -> isWell() ? "successful_health_check_event" : "health_check_failure_event";
            };
        }

        private boolean isWell() {
            return finding.result() == Result.WELL;
        }

        private String failure() {
            return switch (finding.result()) {
                case WELL, ILL, RETRIABLE -> "ACTIVE";
                case NETWORK -> "NETWORK";
                case TIMEOUT -> "NETWORK_TIMEOUT";
            };
        }

        private String kind() {
            return switch (check.probe()) {
                case HealthCheck.Probe.Http _ -> "HTTP";
                case HealthCheck.Probe.Tcp _ -> "TCP";
                case HealthCheck.Probe.Grpc _ -> "GRPC";
            };
        }
    }

    /// It came to that.
    void happened(Event event) {
        log.atInfo()
                .addKeyValue("cluster_name", event.target().cluster().name())
                .addKeyValue("host", event.target().host().endpoint().socketAddress())
                .addKeyValue("event", event.name())
                .addKeyValue("first_check", event.change() == HealthCheckState.Change.FIRST_HEALTHY)
                .addKeyValue("result", event.finding().result())
                .addKeyValue("http_status_code", event.finding().status())
                .log("a health check");
        event.check().logs().file().ifPresent(path -> files.write(path, json(event)));
    }

    private static String json(Event event) {
        var endpoint = event.target().host().endpoint();
        var inside = switch (event.change()) {
            case FIRST_HEALTHY, HEALTHY -> "{\"first_check\":" + event.first() + "}";
            case UNHEALTHY -> "{\"failure_type\":\"" + event.failure() + "\"" + status(event) + "}";
            case NONE ->
                event.isWell()
                        ? "{}"
                        : "{\"failure_type\":\"" + event.failure() + "\",\"first_check\":" + event.first()
                                + status(event) + "}";
        };
        return "{\"health_checker_type\":\"" + event.kind()
                + "\",\"host\":{\"socket_address\":{\"protocol\":\"TCP\",\"address\":"
                + EventFiles.quoted(endpoint.address()) + ",\"port_value\":" + endpoint.port() + "}},\"cluster_name\":"
                + EventFiles.quoted(event.target().cluster().name()) + ",\"" + event.name() + "\":" + inside
                + ",\"timestamp\":\"" + Instant.now() + "\"" + locality(endpoint.locality()) + "}";
    }

    /// What an HTTP host answered, where it did.
    private static String status(Event event) {
        int status = event.finding().status();
        return status == 0 ? "" : ",\"http_status_code\":" + status;
    }

    /// Where the host runs, as far as that is known.
    private static String locality(Locality locality) {
        if (locality.equals(Locality.UNKNOWN)) {
            return "";
        }
        var members = new ArrayList<String>();
        add(members, "region", locality.region());
        add(members, "zone", locality.zone());
        add(members, "sub_zone", locality.subZone());
        return ",\"locality\":{" + String.join(",", members) + "}";
    }

    private static void add(List<String> members, String name, String value) {
        if (!value.isEmpty()) {
            members.add("\"" + name + "\":" + EventFiles.quoted(value));
        }
    }
}
