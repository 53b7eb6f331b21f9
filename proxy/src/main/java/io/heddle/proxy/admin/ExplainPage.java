package io.heddle.proxy.admin;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.admin.Page.Answer;
import io.heddle.traffic.explain.Call;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.explain.Question;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What the proxy would do with a request now: a text, or JSON with `format=json`.
final class ExplainPage {
    private ExplainPage() {}

    static Answer answer(Explainer explainer, Map<String, String> query) {
        boolean json = AdminPages.asksForJson(query);
        return switch (Question.of(query).then(question -> question.call(explainer))) {
            case Checked.Ok<Call>(Call call, var _) -> {
                var explanation = explainer.explain(call);
                yield json ? Answer.json(explanation.document()) : Answer.text(200, explanation.text());
            }
            case Checked.Rejected<Call>(List<Problem> problems) ->
                Answer.text(
                        400, problems.stream().map(problem -> problem + "\n").collect(Collectors.joining()));
        };
    }
}
