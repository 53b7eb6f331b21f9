package io.heddle.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// The `catalog` service: the books, with their ratings from version v2 on.
///
/// v1 knows no ratings and calls nobody; v2 shows them in black, v3 in red.
final class CatalogApp implements App {
    private final Settings settings;
    private final Downstream downstream;

    CatalogApp(Settings settings, Downstream downstream) {
        this.settings = settings;
        this.downstream = downstream;
    }

    @Override
    public Answer answer(Call call) throws DownstreamFailure {
        if (call.is("GET", "/books")) {
            return all(call);
        }
        if (call.getsBelow("/books/")) {
            return one(call, call.path().substring("/books/".length()));
        }
        return Answer.notFound(call.method() + " " + call.path());
    }

    private Answer all(Call call) throws DownstreamFailure {
        var ratings =
                rated() ? Json.object(downstream.get("ratings", "/ratings", call.trace())) : Map.<String, Object>of();
        var books = new ArrayList<Object>();
        for (var book : Book.SHELF) {
            var fields = book.fields();
            if (rated() && ratings.get("stars") instanceof Map<?, ?> stars) {
                fields.put("stars", stars.get(Integer.toString(book.id())));
            }
            books.add(fields);
        }
        return Answer.ok(signed("books", books));
    }

    private Answer one(Call call, String id) throws DownstreamFailure {
        var book = Book.withId(id);
        if (book.isEmpty()) {
            return Answer.notFound("book " + id);
        }
        var fields = book.get().fields();
        if (rated()) {
            var rating = Json.object(downstream.get("ratings", "/ratings/" + id, call.trace()));
            fields.put("stars", rating.getOrDefault("stars", 0));
            fields.put("ratings", rating.getOrDefault("instance", ""));
        }
        return Answer.ok(signed("book", fields));
    }

    private boolean rated() {
        return !settings.version().equals("v1");
    }

    private Map<String, Object> signed(String name, Object value) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("service", "catalog");
        fields.put("version", settings.version());
        fields.put("instance", settings.instance());
        if (rated()) {
            fields.put("color", settings.version().equals("v2") ? "black" : "red");
        }
        fields.put(name, value);
        return fields;
    }
}
