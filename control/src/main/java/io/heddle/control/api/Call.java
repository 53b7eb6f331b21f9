package io.heddle.control.api;

import io.heddle.model.problem.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One HTTP call, read whole.
///
/// @param path the path's variable parts by name
/// @param query the query's parameters; of one given twice the last
/// @param body the body; empty when there is none
record Call(Map<String, String> path, Map<String, String> query, String body) {
    /// A path variable of the route.
    String variable(String name) {
        return path.getOrDefault(name, "");
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
    }

    /// A parameter that is a whole number.
    int number(String name, int fallback, int least, int most) throws RefusedException {
        var text = parameter(name);
        if (text.isEmpty()) {
            return fallback;
        }
        boolean fits = text.get().matches("\\d{1,9}");
        int value = fits ? Integer.parseInt(text.get()) : -1;
        if (!fits || value < least || value > most) {
            throw RefusedException.badRequest(
                    "?" + name, "must be a whole number from " + least + " to " + most, "leave it out for the default");
        }
        return value;
    }

    /// A parameter that is `true` or `false`.
    boolean flag(String name) throws RefusedException {
        return switch (parameter(name).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw RefusedException.badRequest("?" + name, "must be true or false", "leave it out for false");
        };
    }

    static Map<String, String> queryOf(String raw) throws RefusedException {
        var parameters = new HashMap<String, String>();
        for (var pair : raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            var key = equals < 0 ? pair : pair.substring(0, equals);
            parameters.put(decoded(key), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return parameters;
    }

    static String decoded(String text) throws RefusedException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    400,
                    List.of(Problem.error(
                            "request", "", "the URL is not well encoded: " + e.getMessage(), "percent-encode it")));
        }
    }
}
