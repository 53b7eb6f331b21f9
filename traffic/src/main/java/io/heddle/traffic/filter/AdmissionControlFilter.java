package io.heddle.traffic.filter;

import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.AdmissionController;
import io.heddle.traffic.resilience.AdmissionSettings;
import io.heddle.traffic.route.FilterOverride;

/// Refuses a share of requests while too many fail, as Envoy's `envoy.filters.http.admission_control`, so that a
/// service that is overloaded gets time to recover. How large the share is, an [AdmissionController] says.
public final class AdmissionControlFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.admission_control";

    private static final FilterCounter REJECTED = FilterCounter.ofManager(
            "envoy_http_admission_control_rq_rejected", "Requests that admission control refused.");
    private static final FilterCounter SUCCESS = FilterCounter.ofManager(
            "envoy_http_admission_control_rq_success", "Requests that admission control counted as successes.");
    private static final FilterCounter FAILURE = FilterCounter.ofManager(
            "envoy_http_admission_control_rq_failure", "Requests that admission control counted as failures.");
    private static final FilterStep REFUSAL =
            new FilterStep.Reply(LocalReply.of(503, "", ResponseFlag.NONE, "denied_by_admission_control"));

    private final String name;
    private final RuntimeFlag enabled;
    private final AdmissionSettings settings;

    /// A filter called `name` in its chain.
    public AdmissionControlFilter(String name, RuntimeFlag enabled, AdmissionSettings settings) {
        this.name = name;
        this.enabled = enabled;
        this.settings = settings;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (!enabled.isOn(request.runtime()) || FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var controller = request.controllers().of(settings, request.now());
        boolean refuses = controller.refuses(request.now(), request.chance(), request.runtime());
        if (request.trace().on()) {
            request.trace().decided(name, "admission", refuses ? "refused" : "admitted");
        }
        if (refuses) {
            request.count(REJECTED);
            return REFUSAL;
        }
        request.atEnd((ended, over) -> count(controller, ended, over));
        return FilterStep.CONTINUE;
    }

    private void count(AdmissionController controller, FilterEnd.Ended ended, FilterRequest request) {
        if (ended.status() == 0) {
            return; // nothing was answered, which says nothing of the service
        }
        boolean success = settings.success().holds(ended.status(), ended.grpcStatus());
        controller.ended(success, ended.now());
        request.count(success ? SUCCESS : FAILURE);
    }
}
