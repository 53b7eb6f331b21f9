package io.heddle.demo;

import java.net.http.HttpResponse;
import java.util.Map;

/// One visit to the shop: what it asks `web` for, and whether the answer is the application's right one.
sealed interface Shopper {
    /// Reads the shop's page.
    record ReadsThePage() implements Shopper {}

    /// Looks at one book.
    record LooksAt(Book book) implements Shopper {}

    /// Orders some copies of one book.
    record Orders(Book book, int quantity) implements Shopper {}

    /// The visit with this number: of ten, six look at a book, two read the page and two order.
    static Shopper number(long visit) {
        var book = Book.SHELF.get((int) (visit * 7 % Book.SHELF.size()));
        return switch ((int) (visit % 10)) {
            case 0, 5 -> new ReadsThePage();
            case 3, 8 -> new Orders(book, 1 + (int) (visit % 3));
            default -> new LooksAt(book);
        };
    }

    /// Makes the visit and returns the catalog's version that its answer shows, empty when it shows none.
    ///
    /// @throws DownstreamFailure when there was no answer, or not the right one
    default String visit(Downstream shop, Map<String, String> headers) throws DownstreamFailure {
        return switch (this) {
            case ReadsThePage _ -> page(shop.send("web", "/", headers, null));
            case LooksAt(var book) -> book(book, shop.send("web", "/api/catalog/" + book.id(), headers, null));
            case Orders(var book, var quantity) -> {
                var order = Json.write(Map.of("book", Integer.toString(book.id()), "quantity", quantity));
                yield order(book, quantity, shop.send("web", "/api/orders", headers, order));
            }
        };
    }

    private static String page(HttpResponse<String> response) throws DownstreamFailure {
        check(response, 200);
        var html = response.body();
        boolean whole = html.contains("<h1>The Weaver's Bookshop</h1>")
                && html.stripTrailing().endsWith("</html>");
        if (!whole || !Book.SHELF.stream().allMatch(book -> html.contains(book.title()))) {
            throw new DownstreamFailure("web", "the page is not whole");
        }
        return "";
    }

    private static String book(Book book, HttpResponse<String> response) throws DownstreamFailure {
        check(response, 200);
        var answer = json(response);
        var version = String.valueOf(answer.get("version"));
        boolean right = answer.get("book") instanceof Map<?, ?> fields
                && Long.valueOf(book.id()).equals(fields.get("id"))
                && book.title().equals(fields.get("title"))
                && (version.equals("v1")
                        ? !fields.containsKey("stars")
                        : Long.valueOf(book.stars()).equals(fields.get("stars")));
        if (!right) {
            throw wrong(response);
        }
        return version;
    }

    private static String order(Book book, int quantity, HttpResponse<String> response) throws DownstreamFailure {
        check(response, 201);
        var answer = json(response);
        boolean right = Long.valueOf(book.id()).equals(answer.get("book"))
                && Long.valueOf(quantity).equals(answer.get("quantity"))
                && Book.price((long) book.cents() * quantity).equals(answer.get("total"))
                && String.valueOf(answer.get("payment")).startsWith("p-");
        if (!right) {
            throw wrong(response);
        }
        return "";
    }

    private static void check(HttpResponse<String> response, int wanted) throws DownstreamFailure {
        if (response.statusCode() != wanted) {
            throw wrong(response);
        }
    }

    private static Map<String, Object> json(HttpResponse<String> response) throws DownstreamFailure {
        try {
            return Json.object(response.body());
        } catch (IllegalArgumentException e) {
            throw wrong(response);
        }
    }

    private static DownstreamFailure wrong(HttpResponse<String> response) {
        var body = response.body().strip();
        return new DownstreamFailure(
                "web",
                response.request().method() + " " + response.uri().getPath() + " answered " + response.statusCode()
                        + ": " + (body.length() > 200 ? body.substring(0, 200) + "…" : body));
    }
}
