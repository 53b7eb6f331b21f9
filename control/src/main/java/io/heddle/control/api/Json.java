package io.heddle.control.api;

import io.heddle.model.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Plain maps, lists, texts and numbers as JSON, and back.
final class Json {
    private static final int MAX_DEPTH = 50;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();

    private Json() {}

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /// Reads an object.
    static Map<String, Object> object(String text) throws RefusedException {
        try {
            var read = MAPPER.readValue(text, new TypeReference<Map<String, Object>>() {});
            if (read != null) {
                return read;
            }
        } catch (JacksonException e) {
            throw RefusedException.badRequest(
                    "", "the body is not a JSON object: " + e.getOriginalMessage(), "send one");
        }
        throw RefusedException.badRequest("", "the body is not a JSON object", "send one");
    }

    static Map<String, Object> problem(Problem problem) {
        var map = new LinkedHashMap<String, Object>();
        map.put("severity", problem.severity().name());
        map.put("object", problem.object());
        map.put("path", problem.path());
        map.put("reason", problem.reason());
        map.put("remedy", problem.remedy());
        return map;
    }

    static Map<String, Object> problems(List<Problem> problems) {
        return Map.of("problems", problems.stream().map(Json::problem).toList());
    }
}
