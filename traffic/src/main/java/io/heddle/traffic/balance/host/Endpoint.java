package io.heddle.traffic.balance.host;

import io.heddle.model.name.Locality;
import io.heddle.traffic.request.PeerMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One instance of a cluster, as configured.
///
/// @param address IP address, or a DNS name in a DNS cluster
/// @param port its port
/// @param weight at least 1
/// @param said what the control plane says of its health
/// @param priority 0 is taken first
/// @param transportMatch what picks its transport socket (`envoy.transport_socket_match` metadata)
/// @param metadata which workload it is
/// @param hostname its name, where it has one besides its address; empty without
/// @param locality where it runs
/// @param labels what subsets are made by (`envoy.lb` metadata)
/// @param additional where it is reached, too (`additional_addresses`): tried when its address does not answer soon
/// @param checks how active health checks ask it
public record Endpoint(
        String address,
        int port,
        int weight,
        Health said,
        int priority,
        Map<String, LabelValue> transportMatch,
        PeerMetadata metadata,
        String hostname,
        Locality locality,
        Map<String, LabelValue> labels,
        List<Address> additional,
        Checks checks) {
    private static final String HASH_KEY = "hash_key";

    public Endpoint {
        transportMatch = Map.copyOf(transportMatch);
        labels = Map.copyOf(labels);
        additional = List.copyOf(additional);
    }

    /// One that is checked like the others of its cluster.
    public Endpoint(
            String address,
            int port,
            int weight,
            Health health,
            int priority,
            Map<String, LabelValue> transportMatch,
            PeerMetadata metadata,
            String hostname,
            Locality locality,
            Map<String, LabelValue> labels,
            List<Address> additional) {
        this(
                address,
                port,
                weight,
                health,
                priority,
                transportMatch,
                metadata,
                hostname,
                locality,
                labels,
                additional,
                Checks.USUAL);
    }

    /// One without a name, anywhere, in no subset, that is reached at one address.
    public Endpoint(
            String address,
            int port,
            int weight,
            Health health,
            int priority,
            Map<String, LabelValue> transportMatch,
            PeerMetadata metadata) {
        this(
                address,
                port,
                weight,
                health,
                priority,
                transportMatch,
                metadata,
                "",
                Locality.UNKNOWN,
                Map.of(),
                List.of());
    }

    /// An IP address and a port.
    public record Address(String host, int port) {}

    /// How active health checks ask it (Envoy's `Endpoint.HealthCheckConfig`).
    ///
    /// @param address asked instead of its own; empty for its own
    /// @param port asked instead of that of the address, or of what its cluster says; empty for that
    /// @param hostname the name that is asked for, instead of what its cluster says; empty for that
    /// @param disabled whether it is not checked, and counts as well
    public record Checks(Optional<Address> address, Optional<Integer> port, String hostname, boolean disabled) {
        /// Like the others of its cluster.
        public static final Checks USUAL = new Checks(Optional.empty(), Optional.empty(), "", false);
    }

    /// Where checks ask it, at its own address only; `others` is the port where the cluster's hosts are asked.
    public Endpoint checked(Optional<Integer> others) {
        int asked = checks.port()
                .or(() -> checks.address().map(Address::port))
                .or(() -> others)
                .orElse(port);
        var host = checks.address().map(Address::host).orElse(address);
        return at(new Address(host, asked), hostname, List.of(), checks);
    }

    /// The same, checked like this.
    public Endpoint withChecks(Checks wanted) {
        return at(new Address(address, port), hostname, additional, wanted);
    }

    /// The same at `others`, too.
    public Endpoint withAdditional(List<Address> others) {
        return at(new Address(address, port), hostname, others, checks);
    }

    /// The same at an address that its name was resolved to; the name stays as its hostname where it had none.
    public Endpoint resolved(String to) {
        return at(new Address(to, port), hostname.isEmpty() ? address : hostname, additional, checks);
    }

    private Endpoint at(Address first, String name, List<Address> others, Checks asked) {
        return new Endpoint(
                first.host(),
                first.port(),
                weight,
                said,
                priority,
                transportMatch,
                metadata,
                name,
                locality,
                labels,
                others,
                asked);
    }

    /// What it counts as for balancing: healthy where nobody has said.
    public Health health() {
        return said == Health.UNKNOWN ? Health.HEALTHY : said;
    }

    /// `address:port`: the identity that live state is kept by.
    public String key() {
        return address + ":" + port;
    }

    /// Its address and port as others write them: an IPv6 address in brackets.
    public String socketAddress() {
        return address.indexOf(':') < 0 ? key() : "[" + address + "]:" + port;
    }

    /// What rings and tables place it by: its `hash_key` metadata, else its hostname when `byHostname` and it has
    /// one, else its address and port, with an IPv6 address in brackets.
    public String hashKey(boolean byHostname) {
        if (labels.get(HASH_KEY) instanceof LabelValue.Text(var key) && !key.isEmpty()) {
            return key;
        }
        if (byHostname && !hostname.isEmpty()) {
            return hostname;
        }
        return socketAddress();
    }

    /// What the control plane knows.
    public enum Health {
        /// Nothing: it counts as healthy, but for requests that ask for a host of certain healths.
        UNKNOWN,
        HEALTHY,
        /// It serves, but is taken only as far as healthy ones cannot take all (`DEGRADED`).
        DEGRADED,
        DRAINING,
        UNHEALTHY
    }
}
