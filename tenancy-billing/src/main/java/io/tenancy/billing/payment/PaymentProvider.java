package io.tenancy.billing.payment;

/**
 * Moves money. Called off the request path and outside of any transaction. What is asked is stored before it is asked, and
 * asked again with the same key when its outcome is not known; so a provider does nothing twice for one key, and answers as
 * the first time. Safe for many threads.
 */
public interface PaymentProvider {

    /**
     * Names the provider in the books; never changes.
     *
     * @return such as {@code manual}
     */
    String name();

    /**
     * Whether it takes money by itself; tenants send it otherwise.
     *
     * @return true for cards and direct debits, false for bank transfers
     */
    boolean collects();

    /**
     * Whether it may be asked for tenants in the sandbox, because it moves no real money for them.
     *
     * @return false unless overridden
     */
    default boolean worksInSandbox() {
        return false;
    }

    /**
     * Takes what is due on an invoice.
     *
     * @param request how much, from whom, with which key
     * @return what came of it
     * @throws Exception when what came of it is not known; it is asked again later
     */
    PaymentResult collect(PaymentRequest request) throws Exception;

    /**
     * Pays back.
     *
     * @param request how much, to whom, with which key
     * @return what came of it
     * @throws Exception when what came of it is not known; it is asked again later
     */
    PaymentResult refund(PaymentRequest request) throws Exception;
}
