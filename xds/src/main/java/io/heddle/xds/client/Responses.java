package io.heddle.xds.client;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/// The responses of one stream that are not answered yet. Not thread-safe.
final class Responses {
    private static final int INVALID_ARGUMENT = 3; // google.rpc.Code

    private final Map<ResourceType, List<Response>> pending = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, String> acknowledgedEarly = new EnumMap<>(ResourceType.class);

    /// A response that is not answered yet.
    ///
    /// @param names what it speaks of, removals included
    private record Response(String nonce, Set<String> names) {}

    void add(ResourceType type, String nonce, Set<String> names) {
        pending.computeIfAbsent(type, _ -> new ArrayList<>()).add(new Response(nonce, names));
    }

    /// The stream is gone.
    void forget() {
        pending.clear();
        acknowledgedEarly.clear();
    }

    /// Lets the server go on with what was asked for by name.
    List<DeltaDiscoveryRequest> acknowledgeNamed() {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        for (var type : ResourceType.values()) {
            if (!type.wildcardByDefault()) {
                for (var response : pending.getOrDefault(type, List.of())) {
                    requests.add(acknowledgement(type, response.nonce()));
                    acknowledgedEarly.put(type, response.nonce());
                }
                pending.remove(type);
            }
        }
        return requests;
    }

    /// Acknowledges those of which everything is as it should be; the others go on waiting.
    List<DeltaDiscoveryRequest> acknowledgeLive(BiPredicate<ResourceType, String> live) {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        pending.forEach((type, responses) -> responses.removeIf(response -> {
            boolean done = response.names().stream().allMatch(name -> live.test(type, name));
            if (done) {
                requests.add(acknowledgement(type, response.nonce()));
            }
            return done;
        }));
        return requests;
    }

    /// Answers every response: with the problems of what it brought, or with none. What came in a response that was
    /// acknowledged early is refused with the last one of its type.
    List<DeltaDiscoveryRequest> answer(Quarantine.Outcome outcome) {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        for (var type : ResourceType.values()) {
            var left = outcome.refused(type);
            var responses = new ArrayList<>(pending.getOrDefault(type, List.of()));
            responses.forEach(response -> left.removeAll(response.names()));
            var early = acknowledgedEarly.get(type);
            if (!left.isEmpty() && responses.isEmpty() && early != null) {
                responses.add(new Response(early, left));
            } else if (!left.isEmpty() && !responses.isEmpty()) {
                var last = responses.removeLast();
                left.addAll(last.names());
                responses.add(new Response(last.nonce(), left));
            }
            responses.forEach(response -> requests.add(answer(outcome, type, response)));
        }
        pending.clear();
        return requests;
    }

    /// Refuses those that brought something that was refused; the others go on waiting.
    List<DeltaDiscoveryRequest> refuse(Quarantine.Outcome outcome) {
        var requests = new ArrayList<DeltaDiscoveryRequest>();
        outcome.blamed().forEach((type, blamed) -> {
            var left = new TreeSet<>(blamed.keySet());
            var responses = pending.getOrDefault(type, new ArrayList<>());
            responses.removeIf(response -> {
                boolean bad = !Collections.disjoint(blamed.keySet(), response.names());
                if (bad) {
                    requests.add(refusal(type, response, outcome));
                    left.removeAll(response.names());
                }
                return bad;
            });
            var early = acknowledgedEarly.get(type);
            if (!left.isEmpty() && early != null) {
                requests.add(refusal(type, new Response(early, left), outcome));
            }
        });
        return requests;
    }

    private static DeltaDiscoveryRequest refusal(ResourceType type, Response response, Quarantine.Outcome outcome) {
        return refusal(type.typeUrl(), response.nonce(), text(outcome.of(type, response.names())));
    }

    private static DeltaDiscoveryRequest answer(Quarantine.Outcome outcome, ResourceType type, Response response) {
        if (outcome.wholly()) {
            return refusal(type.typeUrl(), response.nonce(), text(outcome.problems()));
        }
        boolean good = Collections.disjoint(outcome.refused(type), response.names());
        return good ? acknowledgement(type, response.nonce()) : refusal(type, response, outcome);
    }

    private static String text(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    private static DeltaDiscoveryRequest acknowledgement(ResourceType type, String nonce) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setResponseNonce(nonce)
                .build();
    }

    /// The answer to a response that cannot be taken at all.
    static DeltaDiscoveryRequest refusal(String typeUrl, String nonce, String detail) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setResponseNonce(nonce)
                .setErrorDetail(Status.newBuilder().setCode(INVALID_ARGUMENT).setMessage(detail))
                .build();
    }
}
