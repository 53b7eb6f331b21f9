package io.heddle.control.api;

import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.MeshExplainer;
import io.heddle.model.problem.Checked;
import io.heddle.traffic.explain.Explanation;
import io.heddle.traffic.explain.Question;
import java.util.List;

/// What proxies would do with requests, over HTTP.
final class ExplainApi {
    private final ConnectedProxies proxies;
    private final MeshExplainer explainer;

    ExplainApi(ConnectedProxies proxies, MeshExplainer explainer) {
        this.proxies = proxies;
        this.explainer = explainer;
    }

    /// `GET /api/v1/explain`.
    Answer explain(Call call) throws RefusedException {
        var publication = proxies.publication();
        if (publication.isEmpty()) {
            throw RefusedException.notFound("mesh");
        }
        var mesh = publication.get().snapshot();
        var name = call.parameter("for").orElse("");
        var node = MeshExplainer.proxy(name, mesh, proxies.nodes());
        if (node.isEmpty()) {
            throw new RefusedException(404, List.of(MeshExplainer.unknown(name)));
        }
        var explained = Question.of(call.query()).then(question -> explainer.explain(mesh, node.get(), question));
        return switch (explained) {
            case Checked.Ok<Explanation>(Explanation explanation, var _) -> Answer.json(explanation.document());
            case Checked.Rejected<Explanation>(var problems) -> throw new RefusedException(400, problems);
        };
    }
}
