package io.tenancy.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.SubscriptionChange.AddOn;
import io.tenancy.billing.subscription.SubscriptionChange.Cancel;
import io.tenancy.billing.subscription.SubscriptionChange.NoAddOn;
import io.tenancy.billing.subscription.SubscriptionChange.Pause;
import io.tenancy.billing.subscription.SubscriptionChange.Resume;
import io.tenancy.billing.subscription.SubscriptionChange.Seats;
import io.tenancy.billing.subscription.SubscriptionChange.ToPlan;
import io.tenancy.billing.tax.TaxPolicy;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules by themselves. Most subscriptions begin on 10 January at 9, in a period of 31 days, so that a starter of 31.00
 * costs 1.00 a day and 20 January leaves 21 days.
 */
class SubscriptionEngineTest {

    private static final String CATALOGUE = """
            format: 1
            billing: {currency: USD}
            definitions:
              users: {kind: limit, unit: user}
              reports: {kind: module}
            plans:
              free:
                name: Free
                versions:
                  - version: 1
                    entitlements: {users: 1}
                    billing: {intervals: [month, year]}
              starter:
                name: Starter
                versions:
                  - version: 1
                    entitlements: {users: 5}
                    billing:
                      intervals: [month, quarter, year, P45D]
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: {month: 31, year: 310, P45D: 45}}
              pro:
                name: Pro
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, year]
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: {month: 93, year: 930}}
                        - {code: seats, title: Seats, kind: per_seat, included: 1, price: {month: 10, year: 100}}
                        - {code: calls, title: API calls, kind: usage, metric: calls, included: 1000, price: 0.01}
              metered:
                name: Metered
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      charges:
                        - {code: setup, title: Set-up, kind: one_off, price: 50}
                        - {code: least, title: Minimum, kind: minimum, price: 31}
                        - code: jobs
                          title: Jobs
                          kind: usage
                          metric: jobs
                          model: graduated
                          tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]
                        - {code: commission, title: Commission, kind: percentage, metric: sales, rate: 0.3}
            add_ons:
              reports:
                name: Reports
                entitlements: {reports: true}
                billing: {charges: [{code: module, title: Module, kind: fixed, price: {month: 6.20, year: 62, P45D: 9}}]}
              boost:
                name: Boost
                plans: [pro]
                entitlements: {reports: true}
                billing:
                  expires_after_days: 10
                  charges: [{code: boost, title: Boost, kind: fixed, price: {month: 31, year: 310}}]
              monthly:
                name: Monthly
                entitlements: {reports: true}
                billing: {intervals: [month], charges: [{code: module, title: Module, kind: fixed, price: 3.10}]}
            """;

    private static final String START = "2026-01-10T09:00:00Z";
    private static final String LATER = "2026-01-20T09:00:00Z";
    private static final String LAST_DAY = "2026-02-10T08:00:00Z";
    private static final String RENEWAL = "2026-02-10T09:00:00Z";

    private static EngineStory story() {
        return story("UTC");
    }

    private static EngineStory story(String zone) {
        return new EngineStory(CATALOGUE, ZoneId.of(zone), TaxPolicy.NONE);
    }

    private static EngineStory starter() {
        return story().start(START, NewSubscription.of("starter"));
    }

    private static EngineStory pro() {
        return story().start(START, NewSubscription.of("pro"));
    }

    private static ToPlan yearly(String plan) {
        return new ToPlan(plan, 0, BillingInterval.YEARLY, 0);
    }

    // ---- Periods ----

    @Test
    void periodsFromTheEndOfJanuaryEndAtTheEndOfEachMonth() {
        EngineStory story = story().start("2026-01-31T09:00:00Z", NewSubscription.of("starter"))
                .to("2026-04-30T09:00:00Z");

        assertThat(story.invoices)
                .flatExtracting(EngineStory.Invoiced::spans)
                .containsExactly(
                        "2026-01-31T09:00:00Z/2026-02-28T09:00:00Z",
                        "2026-02-28T09:00:00Z/2026-03-31T09:00:00Z",
                        "2026-03-31T09:00:00Z/2026-04-30T09:00:00Z",
                        "2026-04-30T09:00:00Z/2026-05-31T09:00:00Z");
        assertThat(story.totals()).containsExactly("31.00", "31.00", "31.00", "31.00");
    }

    @Test
    void yearsFromTheTwentyNinthOfFebruaryComeBackToItInLeapYears() {
        EngineStory story = story().start(
                        "2024-02-29T00:00:00Z", NewSubscription.of("starter").every(BillingInterval.YEARLY))
                .to("2028-02-29T00:00:00Z");

        assertThat(story.invoices)
                .flatExtracting(EngineStory.Invoiced::spans)
                .containsExactly(
                        "2024-02-29T00:00:00Z/2025-02-28T00:00:00Z",
                        "2025-02-28T00:00:00Z/2026-02-28T00:00:00Z",
                        "2026-02-28T00:00:00Z/2027-02-28T00:00:00Z",
                        "2027-02-28T00:00:00Z/2028-02-29T00:00:00Z",
                        "2028-02-29T00:00:00Z/2029-02-28T00:00:00Z");
    }

    @Test
    void aMonthInWhichSummerTimeBeginsIsAnHourShorter() {
        EngineStory story = story("Europe/Berlin")
                .start("2026-03-01T11:00:00Z", NewSubscription.of("starter"))
                .change("2026-03-15T11:00:00Z", new ToPlan("pro"));

        // Noon to noon in Berlin is 31 days less an hour: 743 hours, of which 407 are left.
        // 31 × 407/743 = 16.981…, 93 × 407/743 = 50.943…
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -16.98", "Remaining time on Pro: Base fee = 50.94");
        assertThat(story.invoice(0).spans()).containsExactly("2026-03-01T11:00:00Z/2026-04-01T10:00:00Z");
    }

    @Test
    void aMonthInWhichSummerTimeBeginsHasAsManyDaysAsEver() {
        EngineStory story = story("Europe/Berlin")
                .start("2026-03-01T11:00:00Z", EngineStory.perDay(NewSubscription.of("starter")))
                .change("2026-03-15T11:00:00Z", new ToPlan("pro"));

        // 17 of 31 days: 31 × 0.548387097 = 17.00, 93 × 0.548387097 = 51.00
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -17.00", "Remaining time on Pro: Base fee = 51.00");
    }

    @Test
    void aPeriodThatWouldBeginInASkippedHourBeginsAfterIt() {
        EngineStory story = story("America/Sao_Paulo")
                .start("2018-10-04T03:00:00Z", NewSubscription.of("starter"))
                .to("2018-11-04T03:00:00Z");

        // Midnight of 4 November 2018 was skipped: the day began at 01:00, two hours behind UTC.
        assertThat(story.invoices)
                .flatExtracting(EngineStory.Invoiced::spans)
                .containsExactly(
                        "2018-10-04T03:00:00Z/2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z/2018-12-04T02:00:00Z");
    }

    @Test
    void theEndOfAMonthIsThatOfTheTenantsZone() {
        EngineStory story = story("Asia/Kathmandu")
                .start("2026-01-30T18:15:00Z", NewSubscription.of("starter"))
                .to("2026-03-01T00:00:00Z");

        // 31 January and 28 February, 00:00, are 5:45 hours earlier in UTC.
        assertThat(story.invoices)
                .flatExtracting(EngineStory.Invoiced::spans)
                .containsExactly(
                        "2026-01-30T18:15:00Z/2026-02-27T18:15:00Z", "2026-02-27T18:15:00Z/2026-03-30T18:15:00Z");
    }

    @Test
    void whoBeginsInTheSecondOfTwoHoursPaysForTheRestOfAPeriodFromTheFirstAndHasItsCoupon() {
        EngineStory story = story("Europe/Berlin")
                .redeem(EngineStory.amount("5", 1))
                .start("2025-10-26T01:30:00Z", NewSubscription.of("starter"));

        // From the first 02:30 on, the period has 31 days and an hour; 744 of its 745 hours are left: 31 × 744/745.
        assertThat(story.invoice(0).texts()).containsExactly("Remaining time on Starter: Base fee = 30.96 - 5.00");
        assertThat(story.now().renewsAt()).isEqualTo("2025-11-26T01:30:00Z");
    }

    @Test
    void fortyFiveDaysAreAPeriod() {
        EngineStory story = story().start(START, NewSubscription.of("starter").every(BillingInterval.days(45)))
                .to("2026-02-24T09:00:00Z");

        assertThat(story.invoices)
                .flatExtracting(EngineStory.Invoiced::spans)
                .containsExactly(
                        "2026-01-10T09:00:00Z/2026-02-24T09:00:00Z", "2026-02-24T09:00:00Z/2026-04-10T09:00:00Z");
        assertThat(story.totals()).containsExactly("45.00", "45.00");
    }

    // ---- Changes of the plan ----

    @Test
    void anUpgradeIsChargedForTheRestOfThePeriodAtOnce() {
        EngineStory story = starter().change(LATER, new ToPlan("pro"));

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -21.00", "Remaining time on Pro: Base fee = 63.00");
        assertThat(story.invoice(1).total()).isEqualTo("42.00");
    }

    @Test
    void whatIsPreviewedIsWhatIsCharged() {
        EngineStory story = starter().redeem(EngineStory.share("0.1", null)).to(LATER);

        String previewed = story.preview(new ToPlan("pro")).amount().toPlainString();

        assertThat(story.change(LATER, new ToPlan("pro")).invoice(1).total()).isEqualTo(previewed);
    }

    @Test
    void whatADowngradeGivesBackLowersTheNextInvoice() {
        EngineStory story = pro().change(LATER, new ToPlan("starter"));
        assertThat(story.invoices).hasSize(1);

        story.to(RENEWAL);

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Pro: Base fee = -63.00",
                        "Remaining time on Starter: Base fee = 21.00",
                        "Starter: Base fee = 31.00");
        assertThat(story.invoice(1).total()).isEqualTo("-11.00");
    }

    @Test
    void byTheDayTheDayOfAChangeBelongsToWhatComesAfterIt() {
        EngineStory story = story().start(START, EngineStory.perDay(NewSubscription.of("starter")))
                .change("2026-01-20T23:00:00Z", new ToPlan("pro"));

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -21.00", "Remaining time on Pro: Base fee = 63.00");
    }

    @Test
    void anotherIntervalBeginsANewPeriodAtOnce() {
        EngineStory story = starter().change(LATER, yearly("starter"));

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Starter: Base fee = -21.00", "Starter: Base fee = 310.00");
        assertThat(story.now().renewsAt()).isEqualTo("2027-01-20T09:00:00Z");
    }

    @Test
    void anotherIntervalChargesAddOnsAnewToo() {
        EngineStory story = starter().change(LATER, new AddOn("reports", 1)).change(LATER, yearly("starter"));

        // The add-on had 21 of 31 days left: 6.20 × 21/31 = 4.20.
        assertThat(story.invoice(2).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -21.00",
                        "Unused time on Reports: Module = -4.20",
                        "Starter: Base fee = 310.00",
                        "Reports: Module = 62.00");
    }

    @Test
    void anIntervalInWhichAnAddOnIsNotSoldIsRefused() {
        EngineStory story = starter().change(LATER, new AddOn("monthly", 1));

        assertThatThrownBy(() -> story.change(LATER, yearly("starter")))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("Add-on 'monthly' is not sold every 12 months");
    }

    @Test
    void aChangeAtTheInstantOfTheBeginningHasTheCouponOfTheBeginning() {
        EngineStory story = story().redeem(EngineStory.share("0.5", 1))
                .start(START, NewSubscription.of("starter"))
                .change(START, new ToPlan("pro"));

        // 31.00 less 15.50 was paid and comes back; 93.00 less 46.50 is charged.
        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Starter: Base fee = -15.50", "Pro: Base fee = 46.50");
    }

    @Test
    void aChangeAtTheRenewalIsNotProrated() {
        EngineStory story = starter().to(LATER).atRenewal(new ToPlan("pro")).to(RENEWAL);

        assertThat(story.invoice(1).texts()).containsExactly("Pro: Base fee = 93.00");
    }

    @Test
    void anIntervalChangedAtTheRenewalBeginsThere() {
        EngineStory story = starter().atRenewal(yearly("starter")).to(RENEWAL);

        assertThat(story.invoice(1).texts()).containsExactly("Starter: Base fee = 310.00");
        assertThat(story.now().renewsAt()).isEqualTo("2027-02-10T09:00:00Z");
    }

    @Test
    void aChangeThatIsScheduledWithinThePeriodIsProratedAtItsInstant() {
        EngineStory story = starter().later(LATER, new ToPlan("pro")).to("2026-02-01T00:00:00Z");

        assertThat(story.invoice(1).at()).isEqualTo(LATER);
        assertThat(story.invoice(1).total()).isEqualTo("42.00");
    }

    @Test
    void changesOfTheSameInstantAreChargedTogether() {
        EngineStory story = story().redeem(EngineStory.share("0.5", null))
                .start(START, NewSubscription.of("pro").withSeats(3))
                .later(LATER, yearly("pro"))
                .later(LATER, new Seats(5))
                .to(LATER);

        // 93.00 and 20.00 by the month, half paid: 63.00/2 and 13.55 less 10.00 × 13.55/20.00 = 6.775, so 6.78.
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Pro: Base fee = -31.50",
                        "Unused time on Pro: Seats = -6.77",
                        "Pro: Base fee = 930.00 - 465.00",
                        "Pro: Seats = 400.00 - 200.00");
    }

    @Test
    void aScheduledChangeThatCannotTakePlaceDoesNotHoldUpTheRenewal() {
        EngineStory story = starter().atRenewal(new ToPlan("pro"));
        story.withdrawn.add("pro");

        story.to(RENEWAL);

        assertThat(story.invoice(1).texts()).containsExactly("Starter: Base fee = 31.00");
        assertThat(story.dropped)
                .singleElement()
                .asString()
                .isEqualTo("plan pro did not take place: 'pro' is not for sale.");
    }

    // ---- Seats and add-ons ----

    @Test
    void moreSeatsAreChargedForTheRestOfThePeriod() {
        EngineStory story =
                story().start(START, NewSubscription.of("pro").withSeats(3)).change(LATER, new Seats(6));

        // Beyond the one that is included: 2 × 10.00 × 21/31 = 13.548…, 5 × 10.00 × 21/31 = 33.870…
        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Pro: Seats = -13.55", "Remaining time on Pro: Seats = 33.87");
        assertThat(story.invoice(1).total()).isEqualTo("20.32");
    }

    @Test
    void fewerSeatsLowerTheNextInvoice() {
        EngineStory story = story().start(START, NewSubscription.of("pro").withSeats(3))
                .change(LATER, new Seats(1))
                .to(RENEWAL);

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Pro: Seats = -13.55", "Pro: Base fee = 93.00");
    }

    @Test
    void whatComesToNothingIsNoLine() {
        EngineStory story = story().start(START, EngineStory.perDay(NewSubscription.of("starter")))
                .change(LAST_DAY, new ToPlan("pro"));

        assertThat(story.pending()).isEmpty();
        assertThat(story.to(RENEWAL).invoices)
                .extracting(EngineStory.Invoiced::texts)
                .containsExactly(List.of("Starter: Base fee = 31.00"), List.of("Pro: Base fee = 93.00"));
    }

    @Test
    void whatCameToNothingWasChargedAndIsGivenBackAsNothing() {
        EngineStory story = story().start(START, EngineStory.perDay(NewSubscription.of("starter")))
                .change(LAST_DAY, new ToPlan("pro"));

        assertThat(story.now().plan().billed()).singleElement().satisfies(billed -> {
            assertThat(billed.price().amount()).isEqualByComparingTo("93");
            assertThat(billed.gross().isZero()).isTrue();
        });
        story.change("2026-02-10T08:30:00Z", new SubscriptionChange.Cancel("moved away", true));
        assertThat(story.lines).hasSize(1);
    }

    @Test
    void whatComesToNothingIsALineWhereItTellsAQuantity() {
        EngineStory story = story().start(START, EngineStory.perDay(NewSubscription.of("pro")))
                .change(LAST_DAY, new Seats(3));

        assertThat(story.pending()).singleElement().satisfies(line -> {
            assertThat(line.charge().amount().isZero()).isTrue();
            assertThat(line.charge().quantity()).isEqualByComparingTo("3");
        });
    }

    @Test
    void anAddOnIsChargedForTheRestOfThePeriodAndThenWithThePlan() {
        EngineStory story = starter().change(LATER, new AddOn("reports", 2)).to(RENEWAL);

        // 2 × 6.20 × 21/31 = 8.40
        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Reports: Module = 8.40");
        assertThat(story.invoice(2).texts()).containsExactly("Starter: Base fee = 31.00", "Reports: Module = 12.40");
    }

    @Test
    void anAddOnThatExpiresIsGivenBackFromThenOn() {
        EngineStory story = pro().change(LATER, new AddOn("boost", 1)).to(RENEWAL);

        // Ten days from 20 January; on 30 January 11 days are left.
        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Boost: Boost = 21.00");
        assertThat(story.invoice(2).texts())
                .containsExactly("Unused time on Boost: Boost = -11.00", "Pro: Base fee = 93.00");
        assertThat(story.now().addOn("boost")).isEmpty();
    }

    @Test
    void anAddOnThatDoesNotGoWithTheNewPlanIsTakenAwayAndGivenBack() {
        EngineStory story = pro().change(LATER, new AddOn("boost", 1)).change(LATER, new ToPlan("starter"));

        assertThat(story.now().addOn("boost")).isEmpty();
        assertThat(story.pending())
                .extracting(EngineStory.Line::toString)
                .containsExactly(
                        "Unused time on Boost: Boost = -21.00",
                        "Unused time on Pro: Base fee = -63.00",
                        "Remaining time on Starter: Base fee = 21.00");
    }

    @Test
    void whatIsSetUpIsChargedOnce() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .change(LATER, new ToPlan("starter"))
                .change(LATER, new ToPlan("metered"));

        assertThat(story.lines).extracting(EngineStory.Line::toString).containsOnlyOnce("Metered: Set-up = 50.00");
    }

    // ---- Pauses ----

    @Test
    void aPauseWithinAPeriodIsGivenBack() {
        EngineStory story = starter()
                .change(LATER, new Pause())
                .change("2026-01-25T09:00:00Z", new Resume())
                .to(RENEWAL);

        // 21 days back, 16 charged.
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -21.00",
                        "Remaining time on Starter: Base fee = 16.00",
                        "Starter: Base fee = 31.00");
    }

    @Test
    void aPauseOverSeveralPeriodsChargesNoneOfThem() {
        EngineStory story = starter().change(LATER, new Pause()).change("2026-04-15T09:00:00Z", new Resume());

        // 25 of the 30 days from 10 April: 31 × 25/30 = 25.833…
        assertThat(story.invoices).hasSize(2);
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -21.00", "Remaining time on Starter: Base fee = 25.83");
        assertThat(story.now().renewsAt()).isEqualTo("2026-05-10T09:00:00Z");
    }

    @Test
    void aPauseThatEndsWithAPeriodChargesTheWholeNextOne() {
        EngineStory story = starter().change(LATER, new Pause()).change("2026-03-10T09:00:00Z", new Resume());

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Starter: Base fee = -21.00", "Starter: Base fee = 31.00");
    }

    @Test
    void aPauseAtTheRenewalChargesNothing() {
        EngineStory story = starter().atRenewal(new Pause()).to("2026-06-01T00:00:00Z");

        assertThat(story.totals()).containsExactly("31.00");
    }

    @Test
    void usageBeforeAPauseIsInvoicedWithIt() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("sales", "500", "2026-01-12T00:00:00Z")
                .change(LATER, new Pause());

        assertThat(story.invoice(1).texts()).containsExactly("Metered: Commission = 150.00");
    }

    @Test
    void usageDuringAPauseCostsNothing() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .change(LATER, new Pause())
                .use("sales", "500", "2026-01-22T00:00:00Z")
                .change("2026-01-25T09:00:00Z", new Resume())
                .to(RENEWAL);

        // The minimum of 31.00 alone: 10 days before, 16 after.
        assertThat(story.lines)
                .extracting(EngineStory.Line::toString)
                .containsExactly("Metered: Set-up = 50.00", "Metered: Minimum = 10.00", "Metered: Minimum = 16.00");
    }

    @Test
    void anIntervalChangedDuringAPauseBeginsWhenItEnds() {
        EngineStory story = starter()
                .change(LATER, new Pause())
                .change("2026-01-22T09:00:00Z", yearly("starter"))
                .change("2026-03-01T12:00:00Z", new Resume());

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Starter: Base fee = -21.00", "Starter: Base fee = 310.00");
        assertThat(story.now().renewsAt()).isEqualTo("2027-03-01T12:00:00Z");
    }

    // ---- Trials and ends ----

    @Test
    void aTrialCostsNothingAndLeadsToTheFirstPeriod() {
        EngineStory story = story().start(START, NewSubscription.of("starter").withTrial(14));
        assertThat(story.invoices).isEmpty();

        story.to("2026-01-24T09:00:00Z");

        assertThat(story.invoice(0).texts()).containsExactly("Starter: Base fee = 31.00");
        assertThat(story.invoice(0).spans()).containsExactly("2026-01-24T09:00:00Z/2026-02-24T09:00:00Z");
    }

    @Test
    void whatIsChangedInTheTrialCostsNothingBeforeItsEnd() {
        EngineStory story = story().start(START, NewSubscription.of("starter").withTrial(14))
                .change(LATER, new ToPlan("pro"))
                .change(LATER, new AddOn("reports", 1))
                .change(LATER, new Seats(2))
                .use("calls", "9000", "2026-01-21T00:00:00Z");
        assertThat(story.pending()).isEmpty();

        story.to("2026-02-24T09:00:00Z");

        assertThat(story.invoice(0).texts())
                .containsExactly("Pro: Base fee = 93.00", "Pro: Seats = 10.00", "Reports: Module = 6.20");
        assertThat(story.invoice(1).total()).isEqualTo("109.20");
    }

    @Test
    void aTrialThatIsCancelledEndsWithoutACharge() {
        EngineStory story = story().start(START, NewSubscription.of("metered").withTrial(14));

        story.cancelAt(story.now().renewsAt(), false).to("2026-06-01T00:00:00Z");

        assertThat(story.invoices).isEmpty();
        assertThat(story.now().endedAt()).isEqualTo("2026-01-24T09:00:00Z");
    }

    @Test
    void aCancellationAtTheEndOfThePeriodChargesNothingMore() {
        EngineStory story = starter().to(LATER);

        story.cancelAt(story.now().renewsAt(), false).to("2026-06-01T00:00:00Z");

        assertThat(story.totals()).containsExactly("31.00");
        assertThat(story.now().status()).isEqualTo(SubscriptionStatus.ENDED);
        assertThat(story.now().endedAt()).isEqualTo(RENEWAL);
    }

    @Test
    void aCancellationThatIsTakenBackIsNone() {
        EngineStory story = starter().to(LATER);

        story.cancelAt(story.now().renewsAt(), false).reactivate().to(RENEWAL);

        assertThat(story.totals()).containsExactly("31.00", "31.00");
    }

    @Test
    void aCancellationMovesWithTheEndOfThePeriodWhenTheIntervalIsChanged() {
        EngineStory story = starter().to(LATER);

        story.cancelAt(story.now().renewsAt(), false).change(LATER, yearly("starter"));

        assertThat(story.now().cancelAt()).isEqualTo("2027-01-20T09:00:00Z");
    }

    @Test
    void anEndNowGivesBackWhatIsUnusedIfItIsToldTo() {
        EngineStory with = starter().change(LATER, new Cancel("moved away", true));
        EngineStory without = starter().change(LATER, new Cancel("moved away", false));

        assertThat(with.invoice(1).texts()).containsExactly("Unused time on Starter: Base fee = -21.00");
        assertThat(without.invoices).hasSize(1);
        assertThat(without.pending()).isEmpty();
    }

    @Test
    void anEndChargesUsageUpToIt() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("sales", "200", "2026-01-12T00:00:00Z")
                .change(LATER, new Cancel("moved away", true));

        assertThat(story.invoice(1).texts()).containsExactly("Metered: Commission = 60.00");
    }

    @Test
    void usageThatComesInLateIsInvoicedAfterTheEndToo() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("sales", "200", "2026-01-12T00:00:00Z")
                .use("sales", "10", "2026-01-13T00:00:00Z", "2026-02-01T00:00:00Z")
                .change(LATER, new Cancel("moved away", true))
                .to("2026-06-01T00:00:00Z");

        assertThat(story.invoice(2).texts()).containsExactly("Late usage of Metered: Commission = 3.00");
        assertThat(story.invoice(2).at()).isEqualTo("2026-02-24T09:00:00Z");
        assertThat(story.invoices).hasSize(3);
        assertThat(story.pending()).isEmpty();
    }

    // ---- Usage ----

    @Test
    void whatUsageIsShortOfTheMinimumIsChargedAtTheEndOfThePeriod() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("sales", "100", "2026-01-12T00:00:00Z")
                .to(RENEWAL);

        assertThat(story.invoice(1).texts()).containsExactly("Metered: Commission = 30.00", "Metered: Minimum = 1.00");
    }

    @Test
    void theMinimumOfAPartOfAPeriodIsThatPartOfIt() {
        EngineStory story =
                story().start(START, NewSubscription.of("metered")).change(LATER, new Cancel("moved away", true));

        assertThat(story.invoice(1).texts()).containsExactly("Metered: Minimum = 10.00");
    }

    @Test
    void eachUnitCostsWhatItsTierSays() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("jobs", "111", "2026-01-12T00:00:00Z")
                .to(RENEWAL);

        // 10 × 1.50 + 100 × 1.00 + 1 × 0.50
        assertThat(story.invoice(1).texts()).containsExactly("Metered: Jobs = 115.50");
    }

    @Test
    void tiersBeginAnewWithEachStretchOfAPeriod() {
        EngineStory story = story().start(START, NewSubscription.of("metered"))
                .use("jobs", "20", "2026-01-12T00:00:00Z")
                .change(LATER, new ToPlan("starter"))
                .change("2026-01-25T09:00:00Z", new ToPlan("metered"))
                .use("jobs", "20", "2026-01-26T00:00:00Z")
                .to(RENEWAL);

        // Each time 10 × 1.50 + 10 × 1.00.
        assertThat(story.lines)
                .extracting(EngineStory.Line::toString)
                .filteredOn(line -> line.contains("Jobs"))
                .containsExactly("Metered: Jobs = 25.00", "Metered: Jobs = 25.00");
    }

    @Test
    void ofAPartOfAPeriodAsMuchIsIncludedAsItHasOfTheSeconds() {
        EngineStory story = pro().use("calls", "500", "2026-01-12T00:00:00Z").change(LATER, new ToPlan("starter"));

        // 1000 × 10/31 = 322.580645161 are included, 177.419354839 × 0.01 = 1.77.
        assertThat(story.pending())
                .extracting(EngineStory.Line::toString)
                .containsExactly(
                        "Pro: API calls = 1.77",
                        "Unused time on Pro: Base fee = -63.00",
                        "Remaining time on Starter: Base fee = 21.00");
    }

    @Test
    void theHourInWhichAStretchEndsBelongsToTheNextOne() {
        EngineStory story = story().start("2026-01-10T09:30:00Z", NewSubscription.of("pro"))
                .use("calls", "1000", "2026-02-10T08:59:00Z")
                .use("calls", "1100", "2026-02-10T09:10:00Z")
                .to("2026-03-10T09:30:00Z");

        assertThat(story.invoice(1).texts()).containsExactly("Pro: Base fee = 93.00");
        assertThat(story.invoice(2).texts()).containsExactly("Pro: API calls = 1.00", "Pro: Base fee = 93.00");
    }

    @Test
    void usageThatComesInLateIsChargedWithTheNextInvoice() {
        EngineStory story = pro().use("calls", "1500", "2026-01-12T00:00:00Z")
                .use("calls", "200", "2026-01-13T00:00:00Z", "2026-02-11T00:00:00Z")
                .to("2026-04-10T09:00:00Z");

        assertThat(story.invoice(1).texts()).containsExactly("Pro: API calls = 5.00", "Pro: Base fee = 93.00");
        assertThat(story.invoice(2).texts())
                .containsExactly("Late usage of Pro: API calls = 2.00", "Pro: Base fee = 93.00");
        assertThat(story.invoice(3).texts()).containsExactly("Pro: Base fee = 93.00");
    }

    @Test
    void usageThatIsTakenBackIsCredited() {
        EngineStory story = pro().use("calls", "1500", "2026-01-12T00:00:00Z")
                .use("calls", "-400", "2026-01-13T00:00:00Z", "2026-02-11T00:00:00Z")
                .to("2026-03-10T09:00:00Z");

        assertThat(story.invoice(2).texts())
                .containsExactly("Late usage of Pro: API calls = -4.00", "Pro: Base fee = 93.00");
    }

    @Test
    void usageThatComesInAfterTheLastLookIsNotCharged() {
        EngineStory story = pro().use("calls", "1500", "2026-01-12T00:00:00Z", "2026-05-01T00:00:00Z")
                .to("2026-06-10T09:00:00Z");

        assertThat(story.lines).extracting(EngineStory.Line::toString).containsOnly("Pro: Base fee = 93.00");
    }

    // ---- Coupons ----

    @Test
    void aCouponForOnePeriodCountsOnce() {
        EngineStory story = story().redeem(EngineStory.share("0.1", 1))
                .start(START, NewSubscription.of("starter"))
                .to(RENEWAL);

        assertThat(story.invoice(0).texts()).containsExactly("Starter: Base fee = 31.00 - 3.10");
        assertThat(story.invoice(1).texts()).containsExactly("Starter: Base fee = 31.00");
    }

    @Test
    void aCouponForTwoPeriodsCountsTwiceAndOneForEverAlways() {
        EngineStory two = story().redeem(EngineStory.share("0.1", 2))
                .start(START, NewSubscription.of("starter"))
                .to("2026-04-10T09:00:00Z");
        EngineStory always = story().redeem(EngineStory.share("0.1", null))
                .start(START, NewSubscription.of("starter"))
                .to("2026-04-10T09:00:00Z");

        assertThat(two.totals()).containsExactly("27.90", "27.90", "31.00", "31.00");
        assertThat(always.totals()).containsExactly("27.90", "27.90", "27.90", "27.90");
    }

    @Test
    void couponsCountOneAfterTheOther() {
        EngineStory story = story().redeem(EngineStory.share("0.1", null))
                .start(START, NewSubscription.of("starter"))
                .redeem(EngineStory.amount("5", null))
                .to(RENEWAL);

        // 31.00 less a tenth, less 5.00.
        assertThat(story.totals()).containsExactly("27.90", "22.90");
    }

    @Test
    void anAmountIsSharedOutOverTheLinesOfTheInvoice() {
        EngineStory story = story().redeem(EngineStory.amount("10", 1))
                .start(START, NewSubscription.of("pro").withSeats(4));

        // Of 123.00, the base fee is 93.00: 10 × 93/123 = 7.5609…, 10 × 30/123 = 2.4390…
        assertThat(story.invoice(0).texts())
                .containsExactly("Pro: Base fee = 93.00 - 7.56", "Pro: Seats = 30.00 - 2.44");
    }

    @Test
    void whatChangesWithinThePeriodHasItsShares() {
        EngineStory story = story().redeem(EngineStory.share("0.5", 1))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, new ToPlan("pro"))
                .to(RENEWAL);

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -10.50", "Remaining time on Pro: Base fee = 31.50");
        assertThat(story.invoice(2).texts()).containsExactly("Pro: Base fee = 93.00");
    }

    @Test
    void anAmountCountsForInvoicesThatBeginAPeriodOnly() {
        EngineStory story = story().redeem(EngineStory.amount("5", null))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, new ToPlan("pro"));

        // 21.00 less 5.00 × 21/31 = 3.387 that were taken off.
        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -17.61", "Remaining time on Pro: Base fee = 63.00");
    }

    @Test
    void whatCostNothingGivesNothingBack() {
        EngineStory story = story().redeem(EngineStory.share("1", null))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, new Cancel("moved away", true));

        assertThat(story.totals()).containsExactly("0.00");
        assertThat(story.pending()).isEmpty();
    }

    @Test
    void usageThatIsTakenBackGivesBackWhatWasPaidForIt() {
        EngineStory story = story().redeem(EngineStory.amount("200", 2))
                .start(START, NewSubscription.of("pro"))
                .use("calls", "1500", "2026-01-12T00:00:00Z")
                .use("calls", "-500", "2026-01-13T00:00:00Z", "2026-02-11T00:00:00Z")
                .to("2026-03-10T09:00:00Z");

        // The coupon paid all of the second invoice, usage included.
        assertThat(story.invoice(1).texts())
                .containsExactly("Pro: API calls = 5.00 - 5.00", "Pro: Base fee = 93.00 - 93.00");
        assertThat(story.invoice(2).texts()).containsExactly("Pro: Base fee = 93.00");
    }

    @Test
    void aCouponThatIsUsedUpDoesNotCountAfterAPauseOverTheEndOfItsPeriod() {
        EngineStory story = story().redeem(EngineStory.share("0.5", 1))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, new Pause());
        EngineStory samePeriod = story().redeem(EngineStory.share("0.5", 1))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, new Pause())
                .change("2026-01-25T09:00:00Z", new Resume());

        story.change("2026-04-15T09:00:00Z", new Resume());

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Starter: Base fee = -10.50", "Remaining time on Starter: Base fee = 25.83");
        assertThat(samePeriod.pending())
                .extracting(EngineStory.Line::toString)
                .containsExactly(
                        "Unused time on Starter: Base fee = -10.50", "Remaining time on Starter: Base fee = 8.00");
    }

    @Test
    void aCouponThatIsUsedUpDoesNotCountAfterAPeriodWithoutAnInvoice() {
        EngineStory story = story().redeem(EngineStory.share("0.5", 1))
                .start(START, NewSubscription.of("starter"))
                .atRenewal(new ToPlan("free"))
                .change("2026-02-24T09:00:00Z", new ToPlan("starter"));

        // 14 of 28 days.
        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Starter: Base fee = 15.50");
    }

    @Test
    void aCouponThatIsUsedUpDoesNotCountInANewPeriodThatBeganWithoutAnInvoice() {
        EngineStory story = story().redeem(EngineStory.share("1", 1))
                .start(START, NewSubscription.of("starter"))
                .change(LATER, yearly("free"))
                .change("2026-02-24T09:00:00Z", new ToPlan("starter"));

        // 330 of the 365 days from 20 January: 310 × 330/365 = 280.273…
        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Starter: Base fee = 280.27");
    }

    // ---- What is refused ----

    @Test
    void nothingIsHadLessThanOnce() {
        assertThatThrownBy(() -> new Seats(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was to be 0, but is 1 or more");
        assertThatThrownBy(() -> new AddOn("reports", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Add-on 'reports': the number was to be -1");
        assertThatThrownBy(() -> new ToPlan("pro", 0, null, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1 seats");
    }

    @Test
    void whatCannotBeChangedIsRefusedInWords() {
        EngineStory trial = story().start(START, NewSubscription.of("starter").withTrial(14));
        assertThatThrownBy(() -> trial.change(LATER, new Pause()))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("is TRIAL and cannot be paused");
        EngineStory starter = starter();
        assertThatThrownBy(() -> starter.change(LATER, new Resume())).hasMessageContaining("not paused");
        assertThatThrownBy(() -> starter.change(LATER, new NoAddOn("reports")))
                .hasMessageContaining("has no add-on 'reports'");
        assertThatThrownBy(() -> starter.change(LATER, new AddOn("boost", 1)))
                .hasMessageContaining("does not go with plan 'starter'");
        assertThatThrownBy(() -> starter.change(LATER, new ToPlan("pro", 0, BillingInterval.QUARTERLY, 0)))
                .hasMessageContaining("Plan 'pro' is not sold every 3 months");
        assertThatThrownBy(() -> starter.change(LATER, new ToPlan("pro", 2, null, 0)))
                .hasMessageContaining("Terms 2 are of plan 'starter', not of plan 'pro'");
        assertThatThrownBy(() -> starter.change(LATER, new ToPlan("reports", 5, null, 0)))
                .hasMessageContaining("Terms 5 are of add-on 'reports', not of plan 'reports'");
        starter.change(LATER, new Cancel("moved away", false));
        assertThatThrownBy(() -> starter.change(LATER, new ToPlan("pro")))
                .hasMessageContaining("is over since " + Instant.parse(LATER));
    }
}
