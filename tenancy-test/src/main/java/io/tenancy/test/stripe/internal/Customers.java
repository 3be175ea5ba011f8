package io.tenancy.test.stripe.internal;

import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/customers}. */
final class Customers {

    private static final String ADDRESS = "address{city country line1 line2 postal_code state}";
    private static final String FIELDS = " name email phone description preferred_locales[] balance invoice_prefix"
            + " tax_exempt metadata* " + ADDRESS + " shipping{name phone " + ADDRESS + "}"
            + " invoice_settings{default_payment_method footer} ";

    private final PaymentMethods methods;

    Customers(PaymentMethods methods) {
        this.methods = methods;
    }

    void addTo(Routes routes) {
        routes.post("/v1/customers", FIELDS + " payment_method test_clock ", this::create);
        routes.list("/v1/customers", " email test_clock " + Routes.CREATED, this::list);
        routes.get("/v1/customers/{customer}", "", call -> call.world().require("customer", call.id()));
        routes.post("/v1/customers/{customer}", FIELDS, this::update);
        routes.delete("/v1/customers/{customer}", this::delete);
        routes.list("/v1/customers/{customer}/payment_methods", " type ", call -> {
            living(call.world(), call.id(), "customer");
            return methods.ofCustomer(call, call.id());
        });
        routes.get(
                "/v1/customers/{customer}/payment_methods/{payment_method}",
                "",
                call -> methods.ofCustomer(
                        call.world(),
                        call.arguments().getOrDefault("customer", ""),
                        call.arguments().getOrDefault("payment_method", "")));
    }

    /** A customer that can be used: one that is there and was not deleted. */
    static ObjectNode living(World world, String id, String param) {
        ObjectNode customer = world.require("customer", id, param);
        if (Json.flag(customer, "deleted")) {
            throw ApiError.missing("customer", id, param, "");
        }
        return customer;
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        params.text("test_clock").ifPresent(clock -> world.require("test_helpers.test_clock", clock, "test_clock"));
        ObjectNode customer = world.create("customer", "cus_");
        customer.put("balance", 0);
        Json.putText(customer, "currency", null);
        Json.putText(customer, "default_source", null);
        customer.put("delinquent", false);
        customer.put("invoice_prefix", world.account().ids().next("", 8));
        customer.put("next_invoice_sequence", 1);
        customer.put("tax_exempt", "none");
        customer.set("preferred_locales", Json.array());
        ObjectNode invoices = customer.putObject("invoice_settings");
        invoices.putNull("custom_fields").putNull("default_payment_method").putNull("footer");
        Json.putText(customer, "test_clock", params.textOrNull("test_clock"));
        write(call, customer);
        world.emit("customer.created", customer);
        params.text("payment_method")
                .ifPresent(method -> methods.attach(world, method, Json.text(customer, "id"), "payment_method"));
        return customer;
    }

    private ObjectNode update(Call call) {
        ObjectNode customer = living(call.world(), call.id(), "id");
        Changes changes = new Changes(customer);
        write(call, customer);
        changes.emit(call.world(), "customer.updated");
        return customer;
    }

    private void write(Call call, ObjectNode customer) {
        Params params = call.params();
        Json.copyTexts(params, customer, "name", "email", "phone", "description");
        Json.copyObject(params, customer, "address");
        Json.copyObject(params, customer, "shipping");
        params.number("balance").ifPresent(balance -> customer.put("balance", balance));
        params.text("tax_exempt").ifPresent(exempt -> customer.put("tax_exempt", exempt));
        params.text("invoice_prefix").ifPresent(prefix -> customer.put("invoice_prefix", prefix));
        if (params.has("preferred_locales")) {
            customer.set("preferred_locales", Json.texts(params.texts("preferred_locales")));
        }
        Params invoices = params.map("invoice_settings");
        if (invoices.has("default_payment_method")) {
            String method = invoices.textOrNull("default_payment_method");
            if (method != null) {
                methods.ofCustomer(call.world(), Json.text(customer, "id"), method);
            }
            Json.putText(customer.withObject("/invoice_settings"), "default_payment_method", method);
        }
        Json.mergeMetadata(params, customer);
    }

    private ObjectNode list(Call call) {
        return Shape.page(
                call,
                "/v1/customers",
                call.world().newestFirst("customer").stream()
                        .filter(customer -> !Json.flag(customer, "deleted"))
                        .filter(Shape.same(call, "email", "test_clock"))
                        .toList());
    }

    private ObjectNode delete(Call call) {
        World world = call.world();
        ObjectNode customer = living(world, call.id(), "id");
        world.emit("customer.deleted", customer);
        methods.forget(world, call.id());
        ObjectNode deleted = Json.object();
        deleted.put("id", call.id()).put("object", "customer").put("deleted", true);
        world.keep("customer", call.id(), deleted);
        return deleted;
    }
}
