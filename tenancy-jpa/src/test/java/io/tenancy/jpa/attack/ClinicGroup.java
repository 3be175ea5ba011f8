package io.tenancy.jpa.attack;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.attack.Clinic.Inpatient;
import io.tenancy.jpa.attack.Clinic.Invoice;
import io.tenancy.jpa.attack.Clinic.Patient;
import io.tenancy.jpa.attack.Clinic.Tag;
import io.tenancy.jpa.attack.Clinic.Visit;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cache.jcache.internal.JCacheRegionFactory;
import org.hibernate.cfg.Configuration;

/**
 * Two clinics per isolation level, an attacking and a defending one, behind one session factory with caches and batches
 * on. Whatever belongs to a clinic contains its slug.
 */
final class ClinicGroup implements AutoCloseable {

    static final List<String> TABLES = List.of(
            "patient",
            "patient_contact",
            "inpatient",
            "patient_allergy",
            "tag",
            "patient_tag",
            "visit",
            "invoice",
            "scan");

    private final DatabaseServer server;
    private final SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
    private final TenancyInstallation installation;
    private final SessionFactory sessions;
    private final Map<IsolationLevel, Tenant> attackers = new EnumMap<>(IsolationLevel.class);
    private final Map<IsolationLevel, Tenant> defenders = new EnumMap<>(IsolationLevel.class);
    private final Map<IsolationLevel, Belongings> belongings = new EnumMap<>(IsolationLevel.class);

    private final Map<String, Connection> watchers = new HashMap<>();

    /** Identifiers of what a defending clinic has. */
    record Belongings(UUID patient, UUID inpatient, UUID tag, long visit, long invoice) {}

    /**
     * One clinic against another.
     *
     * @param attacker level of the attacking clinic
     * @param defender level of the defending clinic
     */
    record Pair(IsolationLevel attacker, IsolationLevel defender) {

        static Stream<Pair> all() {
            return Stream.of(IsolationLevel.values())
                    .flatMap(attacker ->
                            Stream.of(IsolationLevel.values()).map(defender -> new Pair(attacker, defender)));
        }

        @Override
        public String toString() {
            return attacker + " against " + defender;
        }
    }

    private ClinicGroup(boolean schemaRole) {
        this.server = TestServer.newDatabase();
        this.installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:attack")
                .secretKeys(keys)
                .schemaRole(schemaRole)
                .pools(new PoolSettings(2, 1, Duration.ofSeconds(5), Duration.ofMinutes(10), 256))
                .build()
                .start();
        this.sessions = sessionFactory(installation);
        for (IsolationLevel level : IsolationLevel.values()) {
            attackers.put(level, provision("attacker-" + level.ordinal(), level));
            defenders.put(level, provision("defender-" + level.ordinal(), level));
            belongings.put(level, fill(defenders.get(level)));
            fill(attackers.get(level));
        }
    }

    static ClinicGroup open() {
        return new ClinicGroup(true);
    }

    static ClinicGroup withoutSchemaRoles() {
        return new ClinicGroup(false);
    }

    static SessionFactory sessionFactory(TenancyInstallation installation) {
        Configuration configuration = new Configuration();
        Clinic.ENTITIES.forEach(configuration::addAnnotatedClass);
        configuration.getProperties().putAll(installation.hibernateSettings());
        configuration.setProperty("hibernate.jdbc.batch_size", "20");
        configuration.setProperty("hibernate.order_inserts", "true");
        configuration.setProperty("hibernate.cache.use_second_level_cache", "true");
        configuration.setProperty("hibernate.cache.use_query_cache", "true");
        configuration.setProperty("hibernate.cache.region.factory_class", JCacheRegionFactory.class.getName());
        configuration.setProperty(
                "hibernate.javax.cache.provider",
                com.github.benmanes.caffeine.jcache.spi.CaffeineCachingProvider.class.getName());
        configuration.setProperty("hibernate.javax.cache.missing_cache_strategy", "create");
        configuration.setProperty("hibernate.generate_statistics", "true");
        return configuration.buildSessionFactory();
    }

    private Tenant provision(String slug, IsolationLevel level) {
        return installation.provisioner().provision(NewTenant.of(slug, slug, level));
    }

    private Belongings fill(Tenant tenant) {
        String slug = tenant.slug().value();
        Patient patient = new Patient("patient of " + slug);
        patient.allergies.add("allergy of " + slug);
        Inpatient inpatient = new Inpatient("inpatient of " + slug);
        Tag tag = new Tag("tag of " + slug);
        patient.tags.add(tag);
        Visit visit = patient.visit("visit of " + slug);
        Visit cancelled = inpatient.visit("cancelled visit of " + slug);
        cancelled.cancelled = true;
        Invoice invoice = new Invoice("invoice of " + slug);
        in(tenant, session -> {
            session.persist(tag);
            session.persist(patient);
            session.persist(inpatient);
            session.persist(invoice);
        });
        return new Belongings(patient.id, inpatient.id, tag.id, visit.id, invoice.id);
    }

    TenancyInstallation installation() {
        return installation;
    }

    DatabaseServer server() {
        return server;
    }

    SecretKeys keys() {
        return keys;
    }

    SessionFactory sessions() {
        return sessions;
    }

    Tenant attacker(IsolationLevel level) {
        return attackers.get(level);
    }

    Tenant defender(IsolationLevel level) {
        return defenders.get(level);
    }

    Belongings belongings(IsolationLevel level) {
        return belongings.get(level);
    }

    /** Work in one transaction of one session. */
    void in(Tenant tenant, Consumer<Session> work) {
        Tenancy.runAs(tenant, () -> sessions.inTransaction(work::accept));
    }

    <T> T from(Tenant tenant, Function<Session, T> work) {
        return Tenancy.callAs(tenant, () -> sessions.fromTransaction(work::apply));
    }

    void stateless(Tenant tenant, Consumer<StatelessSession> work) {
        Tenancy.runAs(tenant, () -> sessions.inStatelessTransaction(work::accept));
    }

    /** A superuser's connection to where a tenant's rows lie. */
    static Connection administrator(Tenant tenant) throws SQLException {
        return TestServer.administrator(tenant.placement().database());
    }

    /** Every row of a tenant as text, read past all walls. */
    List<String> everything(Tenant tenant) {
        String where = tenant.placement().isolation() == IsolationLevel.SHARED
                ? " where " + IsolationNames.TENANT_COLUMN + " = "
                        + SqlIdentifier.literal(tenant.id().toString())
                : "";
        String all = TABLES.stream()
                .map(table -> "select '" + table + "' || t::text from "
                        + SqlIdentifier.qualified(tenant.placement().schema(), table) + " t" + where)
                .collect(Collectors.joining(" union all "));
        List<String> rows = new ArrayList<>();
        try (Statement statement = watcher(tenant).createStatement();
                ResultSet row = statement.executeQuery(all + " order by 1")) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("The rows of " + tenant + " could not be read", failure);
        }
        return rows;
    }

    private Connection watcher(Tenant tenant) throws SQLException {
        Connection known = watchers.get(tenant.placement().database());
        if (known == null) {
            known = administrator(tenant);
            watchers.put(tenant.placement().database(), known);
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        for (Connection watcher : watchers.values()) {
            watcher.close();
        }
        sessions.close();
        installation.close();
    }
}
