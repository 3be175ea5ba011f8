package io.tenancy.billing.run;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.dunning.Dunning;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.payment.Payments;
import io.tenancy.billing.subscription.Subscriptions;
import io.tenancy.context.Tenancy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Lets take place what is due: periods that begin, drafts that become final, payments that are collected, steps of dunning,
 * notices. It can be run on many nodes at once, as often as one likes, and be killed at any point: each thing takes place in
 * one transaction, and the next run goes on.
 */
public final class BillingRun {

    /** How many subscriptions are run in one transaction. */
    public static final int BATCH = 50;

    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private final Payments payments;
    private final Dunning dunning;
    private final Notices notices;
    private final int workers;

    /**
     * Creates the run.
     *
     * @param subscriptions whose periods begin
     * @param invoices that become final
     * @param payments that are collected
     * @param dunning whose steps are taken
     * @param notices that are told
     * @param workers how many threads run subscriptions when many are due; 1 and more
     */
    public BillingRun(
            Subscriptions subscriptions,
            Invoices invoices,
            Payments payments,
            Dunning dunning,
            Notices notices,
            int workers) {
        this.subscriptions = subscriptions;
        this.invoices = invoices;
        this.payments = payments;
        this.dunning = dunning;
        this.notices = notices;
        this.workers = workers;
    }

    /**
     * How many threads run subscriptions when many are due.
     *
     * @return 1 and more
     */
    public int workers() {
        return workers;
    }

    /**
     * What a run did.
     *
     * @param subscriptions of how many something was due
     * @param finalised how many drafts became final
     * @param asked how many requests were made of payment providers
     * @param dunned how often something was done about an unpaid invoice
     * @param told how many notices were told
     */
    public record Done(int subscriptions, int finalised, int asked, int dunned, int told) {}

    /**
     * Lets take place all that is due.
     *
     * @return what was done by this call
     */
    public Done run() {
        int ran = runSubscriptions();
        subscriptions.remindOfTrials();
        int finalised = invoices.finaliseDue();
        int asked = 0;
        int dunned = 0;
        int steps;
        do {
            asked += payments.collectDue();
            // Dunning may ask for another try, and goes on once it is known what came of it.
            steps = dunning.runDue();
            dunned += steps;
        } while (steps > 0);
        return new Done(ran, finalised, asked, dunned, notices.tellDue());
    }

    /**
     * Lets take place what is due of subscriptions alone: the invoice run.
     *
     * @return of how many something was due
     */
    public int runSubscriptions() {
        int first = subscriptions.runDue(BATCH);
        if (first < BATCH || workers == 1) {
            return first + (first < BATCH ? 0 : runRest());
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                all.add(threads.submit(() -> Tenancy.callAsPlatformRoutine("billing run", this::runRest)));
            }
            int ran = first;
            for (Future<Integer> each : all) {
                ran += each.get();
            }
            return ran;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("Subscriptions could not be run", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BillingException(
                    "The run was interrupted; what it had done is done, and the next one goes on from there.");
        } finally {
            threads.shutdownNow();
        }
    }

    private int runRest() {
        int all = 0;
        int ran = BATCH;
        while (ran == BATCH && !Thread.currentThread().isInterrupted()) {
            ran = subscriptions.runDue(BATCH);
            all += ran;
        }
        return all;
    }
}
