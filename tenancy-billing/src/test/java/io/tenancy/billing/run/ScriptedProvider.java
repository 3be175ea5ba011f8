package io.tenancy.billing.run;

import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.payment.PaymentRequest;
import io.tenancy.billing.payment.PaymentResult;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/** Takes money as the script says, once per key, and remembers it where a dead node cannot take it back. */
final class ScriptedProvider implements PaymentProvider {

    static final String NAME = "cards";

    private final YearDatabase world;
    private final YearScript script;
    private final IntSupplier today;
    private final Runnable answered;

    ScriptedProvider(YearDatabase world, YearScript script, IntSupplier today, Runnable answered) {
        this.world = world;
        this.script = script;
        this.today = today;
        this.answered = answered;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean collects() {
        return true;
    }

    @Override
    public PaymentResult collect(PaymentRequest request) throws Exception {
        int tenant = (int) world.number(
                "select number from world.tenant where id = ?", request.tenant().value());
        int day = today.getAsInt();
        world.update(
                "insert into world.answer (key, answer, day) values (?, ?, ?) on conflict (key) do nothing",
                request.key(),
                script.answer(tenant, day).name(),
                day);
        List<Object> first = world.rows("select answer, day from world.answer where key = ?", request.key())
                .get(0);
        PaymentResult result =
                answer(request, YearScript.Answer.valueOf((String) first.get(0)), tenant, (int) first.get(1), day);
        answered.run();
        return result;
    }

    private PaymentResult answer(PaymentRequest request, YearScript.Answer answer, int tenant, int asked, int day)
            throws Exception {
        Random pending = script.pending(tenant, asked);
        return switch (answer) {
            case TAKEN -> take(request);
            case DECLINED -> new PaymentResult.Declined("insufficient_funds", "Not enough money", false);
            case DECLINED_FOR_EVER -> new PaymentResult.Declined("stolen_card", "The card was stolen", true);
            case PENDING -> {
                if (day <= asked + pending.nextInt(3)) {
                    yield new PaymentResult.Pending(reference(request));
                }
                yield pending.nextInt(3) == 0
                        ? new PaymentResult.Declined("no_mandate", "The bank refused", false)
                        : take(request);
            }
            case LOST -> {
                PaymentResult taken = take(request);
                if (day == asked) {
                    throw new IOException("The answer was lost on its way");
                }
                yield taken;
            }
        };
    }

    private PaymentResult take(PaymentRequest request) throws SQLException {
        world.update(
                "insert into world.charge (key, tenant, amount) values (?, ?, ?) on conflict (key) do nothing",
                request.key(),
                request.tenant().value(),
                request.amount().minorUnits());
        return new PaymentResult.Succeeded(reference(request));
    }

    private static String reference(PaymentRequest request) {
        return "cards-" + request.key();
    }

    @Override
    public PaymentResult refund(PaymentRequest request) {
        return new PaymentResult.Declined("no_refunds", "The script pays nothing back", true);
    }
}
