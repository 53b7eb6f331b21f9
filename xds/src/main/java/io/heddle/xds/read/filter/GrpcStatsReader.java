package io.heddle.xds.read.filter;

import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.core.v3.GrpcMethodList;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.heddle.traffic.filter.GrpcStatsFilter;
import io.heddle.traffic.filter.GrpcStatsFilter.Apart;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads which gRPC calls are counted.
final class GrpcStatsReader {
    static final Parser<FilterConfig> PARSER = FilterConfig.parser();
    private static final Fields<FilterConfig> FILTER = Fields.ignoringOthers(FilterConfig.class)
            .reads(
                    "emit_filter_state",
                    "individual_method_stats_allowlist",
                    "stats_for_all_methods",
                    "enable_upstream_stats",
                    "replace_dots_in_grpc_service_name");
    private static final Fields<GrpcMethodList> LIST =
            Fields.ignoringOthers(GrpcMethodList.class).reads("services");
    private static final Fields<GrpcMethodList.Service> SERVICE =
            Fields.ignoringOthers(GrpcMethodList.Service.class).reads("name", "method_names");

    /// What of the filter is read.
    static final List<Fields<?>> FIELDS = List.of(FILTER, LIST, SERVICE);

    private GrpcStatsReader() {}

    static GrpcStatsFilter.Settings read(FilterConfig message, Scope scope) {
        scope.check(message, FILTER);
        var apart = message.getStatsForAllMethods().getValue()
                ? new Apart.All(message.getReplaceDotsInGrpcServiceName())
                : listed(message.getIndividualMethodStatsAllowlist(), scope.at("individual_method_stats_allowlist"));
        return new GrpcStatsFilter.Settings(apart, message.getEnableUpstreamStats(), message.getEmitFilterState());
    }

    private static Apart listed(GrpcMethodList message, Scope scope) {
        scope.check(message, LIST);
        var methods = new HashMap<String, Set<String>>();
        for (int i = 0; i < message.getServicesCount(); i++) {
            var service = message.getServices(i);
            var here = scope.at("services", i);
            here.check(service, SERVICE);
            if (service.getName().isEmpty()) {
                here.at("name").error("is missing", "name the service with its package");
            }
            if (service.getMethodNamesCount() == 0) {
                here.at("method_names").error("is missing", "name methods of the service");
            }
            methods.merge(service.getName(), Set.copyOf(service.getMethodNamesList()), GrpcStatsReader::both);
        }
        return new Apart.Listed(Map.copyOf(methods));
    }

    private static Set<String> both(Set<String> some, Set<String> others) {
        var all = new HashSet<>(some);
        all.addAll(others);
        return Set.copyOf(all);
    }
}
