package io.heddle.traffic.resilience.health;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How hosts are asked, again and again, whether they are well (Envoy's `core.v3.HealthCheck`).
///
/// @param timeout how long one check may take, from opening a connection to the whole answer; above 0
/// @param intervals how long it is between two checks
/// @param unhealthyThreshold so many failures in a row make a host unhealthy; an answer that says so needs one only
/// @param healthyThreshold so many successes in a row make it healthy again; the very first check needs one only
/// @param reuse whether connections of HTTP checks serve the next check, too
/// @param port asked instead of the host's own (`alt_port`); empty for its own
/// @param logs which checks are told beside those that change something
/// @param probe what is asked
/// @param transport which transport socket checks use, chosen as if this were a host's metadata; empty for
///     the host's own
/// @param applicationProtocols what checks offer by ALPN in place of what that socket offers; empty for the same
public record HealthCheck(
        Duration timeout,
        Intervals intervals,
        int unhealthyThreshold,
        int healthyThreshold,
        boolean reuse,
        Optional<Integer> port,
        Logs logs,
        Probe probe,
        Optional<Map<String, LabelValue>> transport,
        List<String> applicationProtocols) {
    public HealthCheck {
        transport = transport.map(Map::copyOf);
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /// One with the transport sockets of hosts.
    public HealthCheck(
            Duration timeout,
            Intervals intervals,
            int unhealthyThreshold,
            int healthyThreshold,
            boolean reuse,
            Optional<Integer> port,
            Logs logs,
            Probe probe) {
        this(
                timeout,
                intervals,
                unhealthyThreshold,
                healthyThreshold,
                reuse,
                port,
                logs,
                probe,
                Optional.empty(),
                List.of());
    }

    /// How long it is from the end of one check to the next, without jitter.
    ///
    /// @param usual for a healthy host; above 0
    /// @param noTraffic for an unhealthy host as long as the cluster had no request
    /// @param noTrafficHealthy for a healthy host as long as the cluster had no request
    /// @param unhealthy for an unhealthy host
    /// @param unhealthyEdge for a host that fails but is not unhealthy yet
    /// @param healthyEdge for a host that succeeds but is not healthy yet
    /// @param jitter by how much chance changes them
    public record Intervals(
            Duration usual,
            Duration noTraffic,
            Duration noTrafficHealthy,
            Duration unhealthy,
            Duration unhealthyEdge,
            Duration healthyEdge,
            Jitter jitter) {}

    /// By how much chance makes an interval longer.
    ///
    /// @param initial the first check comes up to so late
    /// @param most each interval is up to so much longer
    /// @param percent and up to so many percent
    public record Jitter(Duration initial, Duration most, int percent) {
        /// Chance changes nothing.
        public static final Jitter NONE = new Jitter(Duration.ZERO, Duration.ZERO, 0);
    }

    /// Which checks stand in the log beside those that change something.
    ///
    /// @param failures every failure
    /// @param successes every success
    /// @param file where events are written, too, as lines of JSON; empty for the proxy's log only
    public record Logs(boolean failures, boolean successes, Optional<String> file) {
        /// None.
        public static final Logs CHANGES = new Logs(false, false);

        /// Without a file.
        public Logs(boolean failures, boolean successes) {
            this(failures, successes, Optional.empty());
        }
    }

    /// What is asked.
    public sealed interface Probe {
        /// A request; its answer's status decides.
        ///
        /// @param http2 whether HTTP/2 is spoken, else HTTP/1.1
        /// @param method for example GET
        /// @param authority the `Host` of the request; empty for the cluster's name
        /// @param path path and query
        /// @param headers what the request carries besides
        /// @param expected statuses of a healthy host; anything else is unhealthy at once
        /// @param retriable statuses that count as a failure without being unhealthy at once
        /// @param content what is sent and expected beside heads
        record Http(
                boolean http2,
                String method,
                String authority,
                String path,
                List<Header> headers,
                List<Statuses> expected,
                List<Statuses> retriable,
                Content content)
                implements Probe {
            public Http {
                headers = List.copyOf(headers);
                expected = List.copyOf(expected);
                retriable = List.copyOf(retriable);
            }

            /// One that looks at statuses alone.
            public Http(
                    boolean http2,
                    String method,
                    String authority,
                    String path,
                    List<Header> headers,
                    List<Statuses> expected,
                    List<Statuses> retriable) {
                this(http2, method, authority, path, headers, expected, retriable, Content.NONE);
            }

            /// What an answer with this status says.
            public Result judge(int status) {
                if (expected.stream().anyMatch(statuses -> statuses.contains(status))) {
                    return Result.WELL;
                }
                return retriable.stream().anyMatch(statuses -> statuses.contains(status))
                        ? Result.RETRIABLE
                        : Result.ILL;
            }
        }

        /// A call of `grpc.health.v1.Health/Check`, over HTTP/2; what the service says decides.
        ///
        /// @param service whose health is asked; empty for that of the whole server
        /// @param authority the `:authority` of the call; empty for the cluster's name
        /// @param metadata what the call carries besides
        record Grpc(String service, String authority, List<Header> metadata) implements Probe {
            public Grpc {
                metadata = List.copyOf(metadata);
            }
        }

        /// A connection, on which bytes may be sent and expected.
        ///
        /// @param send what is sent, one character for an octet; may be empty
        /// @param receive what must come, in this order, with anything in between; may be empty
        record Tcp(String send, List<String> receive) implements Probe {
            public Tcp {
                receive = List.copyOf(receive);
            }

            /// Whether `received` has all that must come.
            public boolean isSatisfiedBy(String received) {
                return inOrder(receive, received);
            }
        }
    }

    /// What a check over HTTP sends and expects beside heads. Texts have one character for an octet.
    ///
    /// @param send the body of the request; empty for none
    /// @param receive what a healthy host's body must have, in this order, with anything in between; may be empty
    /// @param longest so many octets of the body are looked at
    /// @param service what the host must call itself (`x-envoy-upstream-healthchecked-cluster`); empty for
    ///     anything
    public record Content(String send, List<String> receive, int longest, Optional<StringMatcher> service) {
        /// Nothing.
        public static final Content NONE = new Content("", List.of(), 0, Optional.empty());

        public Content {
            receive = List.copyOf(receive);
        }

        /// Whether a host that calls itself `name` and answers `body` is the one that is asked for, and is well.
        public boolean isSatisfiedBy(String name, String body) {
            return (service.isEmpty() || service.get().matches(name)) && inOrder(receive, body);
        }
    }

    private static boolean inOrder(List<String> pieces, String received) {
        int from = 0;
        for (var piece : pieces) {
            int at = received.indexOf(piece, from);
            if (at < 0) {
                return false;
            }
            from = at + piece.length();
        }
        return true;
    }

    /// A header of a check's request.
    public record Header(String name, String value) {}

    /// Statuses from `first` to before `end`.
    public record Statuses(int first, int end) {
        boolean contains(int status) {
            return status >= first && status < end;
        }
    }

    /// What one check came to.
    public enum Result {
        /// The host said that it is well.
        WELL,
        /// It said something else.
        ILL,
        /// It said something else that may pass (`retriable_statuses`).
        RETRIABLE,
        /// It could not be reached.
        NETWORK,
        /// It said nothing in time.
        TIMEOUT
    }
}
