package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.attack.Clinic.Headcount;
import io.tenancy.jpa.attack.Clinic.Inpatient;
import io.tenancy.jpa.attack.Clinic.Invoice;
import io.tenancy.jpa.attack.Clinic.Patient;
import io.tenancy.jpa.attack.Clinic.PatientName;
import io.tenancy.jpa.attack.Clinic.Scan;
import io.tenancy.jpa.attack.Clinic.Tag;
import io.tenancy.jpa.attack.Clinic.Triage;
import io.tenancy.jpa.attack.Clinic.Visit;
import io.tenancy.jpa.attack.ClinicGroup.Belongings;
import io.tenancy.jpa.attack.ClinicGroup.Pair;
import io.tenancy.jpa.isolation.hibernate.TenantIdentifier;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaDelete;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.CriteriaUpdate;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hibernate.HibernateException;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kind of entity operation, by a clinic of each level against one of each level. Whatever an operation answers, the
 * defenders' rows are read past all walls before and after it, and must be the same to the letter.
 */
class IsolationMatrixTest {

    private static ClinicGroup clinics;
    private static final Map<IsolationLevel, List<String>> BEFORE = new EnumMap<>(IsolationLevel.class);

    @BeforeAll
    static void open() {
        clinics = ClinicGroup.open();
        for (IsolationLevel level : IsolationLevel.values()) {
            BEFORE.put(level, clinics.everything(clinics.defender(level)));
            assertThat(BEFORE.get(level)).hasSizeGreaterThan(8);
        }
    }

    @AfterAll
    static void close() throws SQLException {
        clinics.close();
    }

    @BeforeEach
    void nothingCached() {
        clinics.sessions().getCache().evictAllRegions();
    }

    @AfterEach
    void defendersHaveExactlyWhatTheyHad() {
        for (IsolationLevel level : IsolationLevel.values()) {
            assertThat(clinics.everything(clinics.defender(level)))
                    .as("rows of the defender on %s", level)
                    .isEqualTo(BEFORE.get(level));
        }
    }

    static Stream<Pair> pairs() {
        return Pair.all();
    }

    private static void attack(Pair pair, Consumer<Session> work) {
        clinics.in(clinics.attacker(pair.attacker()), work);
    }

    private static void attackStateless(Pair pair, Consumer<StatelessSession> work) {
        clinics.stateless(clinics.attacker(pair.attacker()), work);
    }

    private static Belongings belongings(Pair pair) {
        return clinics.belongings(pair.defender());
    }

    private static String slug(Pair pair) {
        return clinics.attacker(pair.attacker()).slug().value();
    }

    private static void own(Pair pair, List<String> read) {
        assertThat(read).isNotEmpty().allSatisfy(text -> assertThat(text).contains(slug(pair)));
    }

    private static void refused(ThrowingCallable attack) {
        assertThatThrownBy(attack).isInstanceOfAny(PersistenceException.class, HibernateException.class);
    }

    // --- entities one at a time -------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void findFindsNothing(Pair pair) {
        attack(pair, session -> {
            assertThat(session.find(Patient.class, belongings(pair).patient())).isNull();
            assertThat(session.find(Inpatient.class, belongings(pair).inpatient()))
                    .isNull();
            assertThat(session.find(Tag.class, belongings(pair).tag())).isNull();
            assertThat(session.find(PatientName.class, belongings(pair).patient()))
                    .isNull();
            assertThat(session.find(Patient.class, belongings(pair).patient(), LockModeType.PESSIMISTIC_WRITE))
                    .isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void equalNumbersAreRowsOfOnesOwn(Pair pair) {
        attack(pair, session -> {
            Visit visit = session.find(Visit.class, belongings(pair).visit());
            assertThat(visit == null || visit.reason.contains(slug(pair))).isTrue();
            Invoice invoice = session.find(Invoice.class, belongings(pair).invoice());
            assertThat(invoice == null || invoice.text.contains(slug(pair))).isTrue();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void findOfSeveralFindsNothing(Pair pair) {
        attack(
                pair,
                session -> assertThat(session.findMultiple(
                                Patient.class,
                                List.of(
                                        belongings(pair).patient(),
                                        belongings(pair).inpatient())))
                        .containsOnlyNulls());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void referenceCannotBeRead(Pair pair) {
        refused(() -> attack(pair, session -> {
            Patient reference =
                    session.getReference(Patient.class, belongings(pair).patient());
            assertThat(reference.name).isEmpty();
            session.refresh(reference);
        }));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void referenceCannotBeRemoved(Pair pair) {
        refused(() -> attack(
                pair,
                session -> session.remove(
                        session.getReference(Patient.class, belongings(pair).patient()))));
        refused(() -> attack(
                pair,
                session -> session.remove(
                        session.getReference(Tag.class, belongings(pair).tag()))));
    }

    /** Hibernate takes a detached entity whose row it does not find for a new one where ids are assigned. */
    @ParameterizedTest
    @MethodSource("pairs")
    void detachedEntityIsMergedAsARowOfOnesOwnOrNotAtAll(Pair pair) {
        Tag tag = new Tag("stolen by " + slug(pair));
        tag.id = belongings(pair).tag();
        if (oneTable(pair)) {
            refused(() -> attack(pair, session -> session.merge(detached(pair))));
            refused(() -> attack(pair, session -> session.merge(tag)));
        } else {
            attack(pair, session -> session.merge(detached(pair)));
            attack(pair, session -> session.merge(tag));
            attack(pair, session -> {
                session.remove(session.find(Patient.class, belongings(pair).patient()));
                session.remove(session.find(Tag.class, tag.id));
            });
        }
    }

    private static boolean oneTable(Pair pair) {
        return pair.attacker() == IsolationLevel.SHARED && pair.defender() == IsolationLevel.SHARED;
    }

    private static Patient detached(Pair pair) {
        Patient detached = new Patient("stolen by " + slug(pair));
        detached.id = belongings(pair).patient();
        detached.version = 3;
        return detached;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void lockOfAReferenceIsRefused(Pair pair) {
        refused(() -> attack(
                pair,
                session -> session.lock(
                        session.getReference(Patient.class, belongings(pair).patient()),
                        LockModeType.PESSIMISTIC_FORCE_INCREMENT)));
    }

    // --- stateless sessions -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void statelessGetFindsNothing(Pair pair) {
        attackStateless(pair, session -> {
            assertThat(session.get(Patient.class, belongings(pair).patient())).isNull();
            assertThat(session.get(Tag.class, belongings(pair).tag())).isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void statelessUpdateIsRefused(Pair pair) {
        refused(() -> attackStateless(pair, session -> session.update(detached(pair))));
        Tag tag = new Tag("stolen");
        tag.id = belongings(pair).tag();
        refused(() -> attackStateless(pair, session -> session.update(tag)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void statelessDeleteIsRefused(Pair pair) {
        refused(() -> attackStateless(pair, session -> session.delete(detached(pair))));
        Tag tag = new Tag("stolen");
        tag.id = belongings(pair).tag();
        refused(() -> attackStateless(pair, session -> session.delete(tag)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void upsertMakesARowOfOnesOwnOrIsRefused(Pair pair) {
        Tag foreign = new Tag("stolen by " + slug(pair));
        foreign.id = belongings(pair).tag();
        if (oneTable(pair)) {
            refused(() -> attackStateless(pair, session -> session.upsert(foreign)));
        } else {
            attackStateless(pair, session -> session.upsert(foreign));
            attackStateless(pair, session -> session.delete(foreign));
        }
    }

    // --- bulk operations --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void bulkUpdateAndDeleteByHqlChangeOwnRowsOnly(Pair pair) {
        attack(pair, session -> {
            // Its columns lie in two tables.
            session.createMutationQuery("update Patient set active = active, phone = :phone")
                    .setParameter("phone", "phone of " + slug(pair))
                    .executeUpdate();
            session.createMutationQuery("update Visit set reason = concat(reason, '!')")
                    .executeUpdate();
            assertThat(session.createMutationQuery("delete from Patient where id = :id")
                            .setParameter("id", belongings(pair).patient())
                            .executeUpdate())
                    .isZero();
            assertThat(session.createMutationQuery("delete from Inpatient where id = :id")
                            .setParameter("id", belongings(pair).inpatient())
                            .executeUpdate())
                    .isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everyOwnRowCanBeDeletedByHqlAndNoOther(Pair pair) {
        assertThatExceptionOfType(RolledBack.class)
                .isThrownBy(() -> attack(pair, session -> {
                    session.createMutationQuery("delete from Visit").executeUpdate();
                    session.createMutationQuery("delete from Invoice").executeUpdate();
                    session.createMutationQuery("delete from Patient").executeUpdate();
                    session.createMutationQuery("delete from Tag").executeUpdate();
                    assertThat(session.createSelectionQuery("select count(*) from Patient", Long.class)
                                    .getSingleResult())
                            .isZero();
                    throw new RolledBack();
                }));
    }

    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void insertFromASelectionTakesOwnRowsOnly(Pair pair) {
        attack(pair, session -> {
            session.createMutationQuery("insert into Invoice (text) select 'copy of ' || p.name from Patient p")
                    .executeUpdate();
            own(
                    pair,
                    session.createSelectionQuery("select text from Invoice", String.class)
                            .getResultList());
            session.createMutationQuery("delete from Invoice where text like 'copy of %'")
                    .executeUpdate();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void criteriaReachOwnRowsOnly(Pair pair) {
        attack(pair, session -> {
            CriteriaBuilder builder = session.getCriteriaBuilder();
            CriteriaQuery<Patient> all = builder.createQuery(Patient.class);
            all.from(Patient.class);
            own(
                    pair,
                    session.createQuery(all).getResultList().stream()
                            .map(patient -> patient.name)
                            .toList());

            CriteriaUpdate<Tag> update = builder.createCriteriaUpdate(Tag.class);
            update.set("name", "stolen")
                    .where(builder.equal(
                            update.from(Tag.class).get("id"), belongings(pair).tag()));
            assertThat(session.createMutationQuery(update).executeUpdate()).isZero();

            CriteriaDelete<Tag> delete = builder.createCriteriaDelete(Tag.class);
            delete.where(builder.equal(
                    delete.from(Tag.class).get("id"), belongings(pair).tag()));
            assertThat(session.createMutationQuery(delete).executeUpdate()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void hqlReadsOwnRowsOnly(Pair pair) {
        attack(pair, session -> {
            own(
                    pair,
                    session.createSelectionQuery("select name from Patient", String.class)
                            .getResultList());
            own(
                    pair,
                    session.createSelectionQuery("select phone from Patient", String.class)
                            .getResultList());
            own(
                    pair,
                    session.createSelectionQuery("select ward from Inpatient", String.class)
                            .getResultList());
            own(
                    pair,
                    session.createSelectionQuery("select name from PatientName", String.class)
                            .getResultList());
            own(
                    pair,
                    session.createSelectionQuery(
                                    "select p.name || a || t.name || v.reason from Patient p join p.allergies a join p.tags t"
                                            + " join p.visits v",
                                    String.class)
                            .getResultList());
            own(
                    pair,
                    session.createSelectionQuery(
                                    "select name from Patient where name in (select name from PatientName) union"
                                            + " select name from Tag",
                                    String.class)
                            .getResultList());
        });
    }

    // --- native SQL -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void nativeSqlReadsOwnRowsOnly(Pair pair) {
        for (String table : List.of(
                "tenant_schema.patient",
                "\"tenant_schema\".\"patient\"",
                "Tenant_Schema . patient",
                "{h-schema}patient",
                "tenant_schema.patient_name",
                "(select * from tenant_schema.patient) as p",
                "(table tenant_schema.patient) as p")) {
            attack(
                    pair,
                    session -> own(
                            pair,
                            session.createNativeQuery("select name from " + table, String.class)
                                    .getResultList()));
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void nativeSqlChangesOwnRowsOnly(Pair pair) {
        attack(pair, session -> {
            for (String sql : List.of(
                    "update tenant_schema.patient set name = 'stolen' where id = :id",
                    "delete from tenant_schema.patient where id = :id",
                    "with gone as (delete from tenant_schema.patient where id = :id returning id)"
                            + " delete from tenant_schema.patient_tag where patient_id in (select id from gone)")) {
                assertThat(session.createNativeMutationQuery(sql)
                                .setParameter("id", belongings(pair).patient())
                                .executeUpdate())
                        .as(sql)
                        .isZero();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void nativeSqlThatNamesTheOtherSchemaReadsNothingOfIt(Pair pair) {
        Tenant defender = clinics.defender(pair.defender());
        String sql = "select name from \"" + defender.placement().schema() + "\".patient";
        List<String> read = new ArrayList<>();
        try {
            attack(
                    pair,
                    session -> read.addAll(
                            session.createNativeQuery(sql, String.class).getResultList()));
        } catch (HibernateException refusal) {
            assertThat(((SQLException) refusal.getCause()).getSQLState()).isIn("42501", "42P01", "3F000");
        }
        assertThat(read).allSatisfy(text -> assertThat(text).contains(slug(pair)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void insertOnConflictAndMergeTouchNoForeignRow(Pair pair) {
        for (String sql : List.of(
                "insert into tenant_schema.tag (id, name) values (:id, :name)"
                        + " on conflict (id) do update set name = excluded.name",
                "merge into tenant_schema.tag t using (select cast(:id as uuid) as id, cast(:name as text) as name) s"
                        + " on t.id = s.id when matched then update set name = s.name"
                        + " when not matched then insert (id, name) values (s.id, s.name)")) {
            Consumer<Session> work = session -> session.createNativeMutationQuery(sql)
                    .setParameter("id", belongings(pair).tag())
                    .setParameter("name", "stolen by " + slug(pair))
                    .executeUpdate();
            if (oneTable(pair)) {
                refused(() -> attack(pair, work));
            } else {
                attack(pair, work);
                attack(
                        pair,
                        session -> session.remove(
                                session.find(Tag.class, belongings(pair).tag())));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nativeSqlWithoutThePlaceholderFindsNoTable(IsolationLevel level) {
        assertThatExceptionOfType(HibernateException.class)
                .isThrownBy(() -> clinics.in(
                        clinics.attacker(level),
                        session -> session.createNativeQuery("select name from patient", String.class)
                                .getResultList()))
                .withMessageContaining("relation \"patient\" does not exist");
    }

    // --- caches -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void nativeEntityQueryPutsNoForeignRowIntoTheCache(Pair pair) {
        attack(
                pair,
                session -> assertThat(session.createNativeQuery(
                                        "select p.*, i.ward, c.phone, 0 as visitsOfTheClinic,"
                                                + " case when i.id is null then 0 else 1 end as clazz_"
                                                + " from tenant_schema.patient p left join tenant_schema.inpatient i on i.id = p.id"
                                                + " left join tenant_schema.patient_contact c on c.patient_id = p.id"
                                                + " where p.id = :id",
                                        Patient.class)
                                .setParameter("id", belongings(pair).patient())
                                .getResultList())
                        .isEmpty());
        attack(pair, session -> {
            assertThat(session.createNativeQuery("select * from tenant_schema.tag where id = :id", Tag.class)
                            .setParameter("id", belongings(pair).tag())
                            .getResultList())
                    .isEmpty();
            assertThat(session.find(Tag.class, belongings(pair).tag())).isNull();
        });
        attack(pair, session -> {
            assertThat(session.find(Patient.class, belongings(pair).patient())).isNull();
            assertThat(session.find(Tag.class, belongings(pair).tag())).isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatTheDefenderCachedIsNotFound(Pair pair) {
        Tenant defender = clinics.defender(pair.defender());
        for (int i = 0; i < 2; i++) {
            clinics.in(defender, session -> {
                Patient patient = session.find(Patient.class, belongings(pair).patient());
                assertThat(patient.allergies).hasSize(1);
                assertThat(session.find(Tag.class, belongings(pair).tag())).isNotNull();
            });
        }
        Statistics statistics = clinics.sessions().getStatistics();
        assertThat(statistics.getSecondLevelCacheHitCount()).isPositive();
        assertThat(clinics.sessions()
                        .getCache()
                        .containsEntity(Patient.class, belongings(pair).patient()))
                .as("asked without a scope")
                .isFalse();
        attack(pair, session -> {
            assertThat(session.find(Patient.class, belongings(pair).patient())).isNull();
            assertThat(session.find(Tag.class, belongings(pair).tag())).isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void queryThatTheDefenderCachedGivesOwnRows(Pair pair) {
        List<Tenant> askers = List.of(
                clinics.defender(pair.defender()),
                clinics.attacker(pair.attacker()),
                clinics.defender(pair.defender()));
        for (Tenant asker : askers) {
            clinics.in(
                    asker,
                    session -> assertThat(session.createSelectionQuery("from Patient", Patient.class)
                                    .setCacheable(true)
                                    .getResultList())
                            .isNotEmpty()
                            .allSatisfy(patient -> assertThat(patient.name)
                                    .contains(asker.slug().value())));
        }
    }

    @ParameterizedTest
    @EnumSource
    void placementOfALaterGenerationReadsNothingFromTheCache(IsolationLevel level) throws SQLException {
        Tenant tenant = clinics.attacker(level);
        Tag tag = new Tag("old tag of " + tenant.slug());
        clinics.in(tenant, session -> session.persist(tag));
        clinics.in(
                tenant, session -> assertThat(session.find(Tag.class, tag.id)).isNotNull());
        try (Connection administrator = ClinicGroup.administrator(tenant);
                Statement statement = administrator.createStatement()) {
            statement.executeUpdate("update \"" + tenant.placement().schema() + "\".tag set name = 'new tag of "
                    + tenant.slug() + "' where id = '" + tag.id + "'");
        }
        Placement old = tenant.placement();
        Tenant restored = new Tenant(
                tenant.id(),
                tenant.slug(),
                tenant.name(),
                tenant.status(),
                new Placement(old.server(), old.database(), old.schema(), old.isolation(), old.generation() + 1),
                tenant.version(),
                tenant.metadata());
        assertThat(nameOfTag(tenant, tag.id)).as("the cache was used at all").startsWith("old tag");
        assertThat(nameOfTag(restored, tag.id))
                .as("read as %s", TenantIdentifier.of(restored))
                .startsWith("new tag");
        clinics.in(restored, session -> session.remove(session.find(Tag.class, tag.id)));
    }

    private static String nameOfTag(Tenant tenant, UUID id) {
        return clinics.from(tenant, session -> session.find(Tag.class, id).name);
    }

    // --- references to foreign rows ---------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("pairs")
    void foreignRowCannotBeReferredTo(Pair pair) {
        refused(() -> attack(pair, session -> {
            Patient patient = new Patient("patient of " + slug(pair));
            patient.tags.add(session.getReference(Tag.class, belongings(pair).tag()));
            session.persist(patient);
        }));
        refused(() -> attack(
                pair,
                session -> session.persist(new Visit(
                        session.getReference(Patient.class, belongings(pair).patient()), "visit of " + slug(pair)))));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void rowsBesideAForeignRowCannotBeMade(Pair pair) {
        for (String sql : List.of(
                "insert into tenant_schema.patient_contact (patient_id, phone) values (:id, 'stolen')",
                "insert into tenant_schema.patient_allergy (patient_id, allergy) values (:id, 'stolen')",
                "insert into tenant_schema.inpatient (id, ward) values (:id, 'stolen')",
                "insert into tenant_schema.visit (id, patient_id, reason)"
                        + " values (nextval('tenant_schema.visit_seq'), :id, 'stolen')")) {
            refused(() -> attack(
                    pair,
                    session -> session.createNativeMutationQuery(sql)
                            .setParameter("id", belongings(pair).patient())
                            .executeUpdate()));
        }
        refused(() -> attack(
                pair,
                session -> session.createNativeMutationQuery(
                                "insert into tenant_schema.patient_tag (patient_id, tag_id)"
                                        + " select p.id, cast(:tag as uuid) from tenant_schema.patient p")
                        .setParameter("tag", belongings(pair).tag())
                        .executeUpdate()));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void rowsBesideAForeignRowCannotBeSeenOrChanged(Pair pair) {
        attack(pair, session -> {
            for (String table : List.of("patient_contact", "patient_allergy", "patient_tag", "visit")) {
                assertThat(session.createNativeQuery(
                                        "select count(*) from tenant_schema." + table + " where patient_id = :id",
                                        Long.class)
                                .setParameter("id", belongings(pair).patient())
                                .getSingleResult())
                        .as(table)
                        .isZero();
                assertThat(session.createNativeMutationQuery(
                                        "delete from tenant_schema." + table + " where patient_id = :id")
                                .setParameter("id", belongings(pair).patient())
                                .executeUpdate())
                        .as(table)
                        .isZero();
            }
            assertThat(session.createNativeQuery("select tenant_schema.visits_of(:id)", Long.class)
                            .setParameter("id", belongings(pair).patient())
                            .getSingleResult())
                    .isZero();
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void uniqueNameMayBeUsedByEachTenant(Pair pair) {
        String theirs = "tag of " + clinics.defender(pair.defender()).slug();
        Tag tag = new Tag(theirs);
        attack(pair, session -> session.persist(tag));
        attack(pair, session -> session.remove(session.find(Tag.class, tag.id)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void sessionOfOneTenantDoesNotWorkForAnother(Pair pair) {
        Tenant attacker = clinics.attacker(pair.attacker());
        Tenant defender = clinics.defender(pair.defender());
        Tenancy.runAs(
                attacker,
                () -> clinics.sessions().inTransaction(session -> {
                    assertThat(session.find(Patient.class, UUID.randomUUID())).isNull();
                    Tenancy.runAs(
                            defender,
                            () -> assertThatExceptionOfType(TenantMismatchException.class)
                                    .isThrownBy(() -> session.find(
                                            Patient.class, belongings(pair).patient())));
                }));
        Tenancy.runAs(attacker, () -> {
            try (Session unused = clinics.sessions().openSession()) {
                Tenancy.runAs(
                        defender,
                        () -> assertThatThrownBy(() -> unused.find(
                                        Patient.class, belongings(pair).patient()))
                                .hasStackTraceContaining(TenantMismatchException.class.getName()));
            }
        });
    }

    // --- what a model may use, on each level ------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void formulaAndRestrictionSeeOwnRowsOnly(IsolationLevel level) {
        clinics.in(clinics.attacker(level), session -> {
            List<Patient> patients =
                    session.createSelectionQuery("from Patient", Patient.class).getResultList();
            assertThat(patients)
                    .hasSize(2)
                    .allSatisfy(patient -> assertThat(patient.visitsOfTheClinic).isEqualTo(2));
            assertThat(patients.stream()
                            .flatMap(patient -> patient.visits.stream())
                            .toList())
                    .as("without the cancelled one")
                    .hasSize(1);
        });
    }

    @ParameterizedTest
    @EnumSource
    void formulaWithoutThePlaceholderFindsNoTable(IsolationLevel level) {
        assertThatExceptionOfType(HibernateException.class)
                .isThrownBy(() -> clinics.in(
                        clinics.attacker(level),
                        session -> session.createSelectionQuery("from Headcount", Headcount.class)
                                .getResultList()))
                .withMessageContaining("relation \"patient\" does not exist");
    }

    @ParameterizedTest
    @EnumSource
    void namedEnumIsWrittenReadAndComparedByParameter(IsolationLevel level) {
        Tenant tenant = clinics.attacker(level);
        Patient patient = new Patient("urgent patient of " + tenant.slug());
        patient.triage = Triage.RED;
        clinics.in(tenant, session -> session.persist(patient));
        clinics.in(tenant, session -> {
            assertThat(session.createSelectionQuery("from Patient where triage = :triage", Patient.class)
                            .setParameter("triage", Triage.RED)
                            .getResultList())
                    .hasSize(1);
            assertThat(session.createMutationQuery("update Patient set triage = :triage where id = :id")
                            .setParameter("triage", Triage.AMBER)
                            .setParameter("id", patient.id)
                            .executeUpdate())
                    .isEqualTo(1);
        });
        clinics.in(tenant, session -> {
            Patient found = session.find(Patient.class, patient.id);
            assertThat(found.triage).isEqualTo(Triage.AMBER);
            session.remove(found);
        });
    }

    @ParameterizedTest
    @EnumSource
    void namedEnumAsALiteralInHqlIsRefusedByTheServer(IsolationLevel level) {
        assertThatExceptionOfType(HibernateException.class)
                .isThrownBy(() -> clinics.in(
                        clinics.attacker(level),
                        session -> session.createSelectionQuery("from Patient where triage = RED", Patient.class)
                                .getResultList()))
                .withMessageContaining("type \"triage\" does not exist");
    }

    @ParameterizedTest
    @EnumSource
    void staleVersionIsRefused(IsolationLevel level) {
        Tenant tenant = clinics.attacker(level);
        Patient patient = new Patient("busy patient of " + tenant.slug());
        clinics.in(tenant, session -> session.persist(patient));
        patient.name = "first edit of " + tenant.slug();
        clinics.in(tenant, session -> session.merge(patient));
        patient.name = "second edit of " + tenant.slug();
        assertThatExceptionOfType(OptimisticLockException.class)
                .isThrownBy(() -> clinics.in(tenant, session -> session.merge(patient)));
        clinics.in(tenant, session -> session.remove(session.find(Patient.class, patient.id)));
    }

    @ParameterizedTest
    @EnumSource
    void identitiesAndSequencesGiveEachRowANumberOfItsOwn(IsolationLevel level) {
        List<Tenant> tenants = List.of(clinics.attacker(level), clinics.attacker(IsolationLevel.SHARED));
        Map<Tenant, Set<Long>> invoices = new java.util.HashMap<>();
        Map<Tenant, Set<Long>> visits = new java.util.HashMap<>();
        for (int round = 0; round < 15; round++) {
            for (Tenant tenant : tenants) {
                clinics.in(tenant, session -> {
                    Invoice invoice = new Invoice("numbered " + tenant.slug());
                    session.persist(invoice);
                    assertThat(invoices.computeIfAbsent(tenant, key -> new HashSet<>())
                                    .add(invoice.id))
                            .isTrue();
                    Patient patient = session.createSelectionQuery("from Patient", Patient.class)
                            .setMaxResults(1)
                            .getSingleResult();
                    Visit visit = new Visit(patient, "numbered " + tenant.slug());
                    session.persist(visit);
                    assertThat(visits.computeIfAbsent(tenant, key -> new HashSet<>())
                                    .add(visit.id))
                            .isTrue();
                });
            }
        }
        for (Tenant tenant : tenants) {
            clinics.in(tenant, session -> {
                session.createMutationQuery("delete from Invoice where text like 'numbered %'")
                        .executeUpdate();
                session.createMutationQuery("delete from Visit where reason like 'numbered %'")
                        .executeUpdate();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void batchOfInsertsLandsAtItsTenantAlone(Pair pair) {
        List<Tag> batch = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            batch.add(new Tag("batch " + i + " of " + slug(pair)));
        }
        attack(pair, session -> batch.forEach(session::persist));
        clinics.in(
                clinics.defender(pair.defender()),
                session -> assertThat(session.createSelectionQuery("from Tag where name like 'batch%'", Tag.class)
                                .getResultList())
                        .isEmpty());
        attack(pair, session -> {
            assertThat(session.createMutationQuery("delete from Tag where name like 'batch%'")
                            .executeUpdate())
                    .isEqualTo(50);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SCHEMA"})
    void largeObjectIsRefusedWithWhatToUseInstead(IsolationLevel level) {
        assertThatThrownBy(() -> clinics.in(clinics.attacker(level), session -> session.persist(new Scan())))
                .hasStackTraceContaining(IsolationViolationException.class.getName())
                .hasStackTraceContaining("Use a bytea or text column");
    }
}
