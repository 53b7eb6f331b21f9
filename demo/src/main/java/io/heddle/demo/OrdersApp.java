package io.heddle.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The `orders` service: takes an order `{"book":"3","quantity":2}` and has it paid by `payments`.
final class OrdersApp implements App {
    private static final int MOST = 100;

    private final Settings settings;
    private final Downstream downstream;
    private final AtomicLong last = new AtomicLong();

    OrdersApp(Settings settings, Downstream downstream) {
        this.settings = settings;
        this.downstream = downstream;
    }

    @Override
    public Answer answer(Call call) throws DownstreamFailure {
        if (!call.is("POST", "/orders")) {
            return Answer.notFound(call.method() + " " + call.path());
        }
        var order = Json.object(call.body());
        var id = String.valueOf(order.getOrDefault("book", ""));
        var book = Book.withId(id);
        if (book.isEmpty()) {
            return Answer.notFound("book " + id);
        }
        if (!(order.getOrDefault("quantity", 1L) instanceof Long quantity) || quantity < 1 || quantity > MOST) {
            throw new IllegalArgumentException("quantity must be a whole number from 1 to " + MOST);
        }
        long cents = book.get().cents() * quantity;
        var payment =
                Json.object(downstream.post("payments", "/payments", call.trace(), Json.write(Map.of("cents", cents))));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("service", "orders");
        fields.put("instance", settings.instance());
        fields.put("order", last.incrementAndGet());
        fields.put("book", book.get().id());
        fields.put("quantity", quantity);
        fields.put("total", Book.price(cents));
        fields.put("payment", payment.getOrDefault("payment", ""));
        return Answer.json(201, fields);
    }
}
