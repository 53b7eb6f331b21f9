package io.heddle.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/// The `ratings` service: the stars readers give each book.
final class RatingsApp implements App {
    private final Settings settings;

    RatingsApp(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Answer answer(Call call) {
        if (call.is("GET", "/ratings")) {
            var stars = new LinkedHashMap<String, Object>();
            Book.SHELF.forEach(book -> stars.put(Integer.toString(book.id()), book.stars()));
            return Answer.ok(Map.of("service", "ratings", "instance", settings.instance(), "stars", stars));
        }
        if (call.getsBelow("/ratings/")) {
            var id = call.path().substring("/ratings/".length());
            return Book.withId(id)
                    .map(book -> Answer.ok(Map.of(
                            "service", "ratings",
                            "instance", settings.instance(),
                            "id", book.id(),
                            "stars", book.stars())))
                    .orElseGet(() -> Answer.notFound("book " + id));
        }
        return Answer.notFound(call.method() + " " + call.path());
    }
}
