package io.heddle.xds.read.route;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryPriority;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;

/// Reads which hosts a further try passes over.
final class FurtherHostsReader {
    private static final Fields<RetryHostPredicate> HOST =
            Fields.refusingOthers(RetryHostPredicate.class).reads("name", "typed_config");
    private static final Fields<OmitHostMetadataConfig> METADATA =
            Fields.refusingOthers(OmitHostMetadataConfig.class).limits("metadata_match", "`envoy.lb`");
    private static final Fields<RetryPriority> PRIORITY =
            Fields.refusingOthers(RetryPriority.class).reads("name", "typed_config");
    private static final Fields<PreviousPrioritiesConfig> PRIORITIES =
            Fields.refusingOthers(PreviousPrioritiesConfig.class).reads("update_frequency");

    /// What of it is read.
    static final List<Fields<?>> FIELDS = List.of(HOST, METADATA, PRIORITY, PRIORITIES);

    private static final String PREVIOUS_HOSTS = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate";
    private static final String OMIT_CANARIES =
            "envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate";
    private static final String OMIT_METADATA =
            "envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig";
    private static final String PREVIOUS_PRIORITIES =
            "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";

    private FurtherHostsReader() {}

    static FurtherHosts read(RetryPolicy message, Scope scope) {
        boolean avoidTried = false;
        boolean omitCanaries = false;
        var omitted = new ArrayList<MetadataMatch>();
        for (int i = 0; i < message.getRetryHostPredicateCount(); i++) {
            var predicate = message.getRetryHostPredicate(i);
            var here = scope.at("retry_host_predicate", i);
            here.check(predicate, HOST);
            switch (Scope.type(predicate.getTypedConfig())) {
                case PREVIOUS_HOSTS -> avoidTried = true;
                case OMIT_CANARIES -> omitCanaries = true;
                case OMIT_METADATA ->
                    here.unpack(predicate.getTypedConfig(), OmitHostMetadataConfig.parser())
                            .ifPresent(found -> omitted.add(metadata(found, here.at("typed_config"))));
                default ->
                    here.error(
                            unknown(predicate.getName(), predicate.getTypedConfig()),
                            "use the typed_config of previous_hosts, omit_canary_hosts or omit_host_metadata");
            }
        }
        // A match without labels would be one of every host.
        omitted.removeIf(match -> match.wanted().isEmpty());
        return new FurtherHosts(avoidTried, omitCanaries, omitted, priorityEvery(message, scope.at("retry_priority")));
    }

    private static String unknown(String name, Any config) {
        var type = Scope.type(config);
        return name + (type.isEmpty() ? " has no typed_config" : " is of an unknown type: " + type);
    }

    private static MetadataMatch metadata(OmitHostMetadataConfig message, Scope scope) {
        scope.check(message, METADATA);
        return LabelReader.match(message.getMetadataMatch(), scope.at("metadata_match"));
    }

    private static int priorityEvery(RetryPolicy message, Scope scope) {
        if (!message.hasRetryPriority()) {
            return 0;
        }
        var priority = message.getRetryPriority();
        scope.check(priority, PRIORITY);
        if (!Scope.type(priority.getTypedConfig()).equals(PREVIOUS_PRIORITIES)) {
            scope.error(
                    unknown(priority.getName(), priority.getTypedConfig()),
                    "use the typed_config of previous_priorities");
            return 0;
        }
        var found = scope.unpack(priority.getTypedConfig(), PreviousPrioritiesConfig.parser());
        if (found.isEmpty()) {
            return 0;
        }
        var here = scope.at("typed_config");
        here.check(found.get(), PRIORITIES);
        if (found.get().getUpdateFrequency() <= 0) {
            here.at("update_frequency").error("is no number of 1 or more", "write for example 1");
        }
        return Math.max(0, found.get().getUpdateFrequency());
    }
}
