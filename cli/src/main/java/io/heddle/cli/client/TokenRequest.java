package io.heddle.cli.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a join token shall be good for.
///
/// @param namespace the workload's namespace
/// @param account its service account
/// @param services the services whose instance it may be; with no labels either, the one called as the account
/// @param labels further labels that it may state; `*` stands for every value
/// @param life how long the token may be used
public record TokenRequest(
        String namespace, String account, List<String> services, Map<String, String> labels, Duration life) {
    public TokenRequest {
        services = List.copyOf(services);
        labels = Map.copyOf(labels);
    }
}
