package io.tenancy.jpa.entitlement;

import io.tenancy.entitlement.AddOn;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.CatalogueWriter;
import io.tenancy.entitlement.EntitlementDefinition;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.PlanVersion;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The catalogue as rows, whose contents are parts of a document; put together they are read like one. */
final class CatalogueRows {

    private static final JsonFactory JSON = new JsonFactory();

    private CatalogueRows() {}

    static String document(Connection connection) throws SQLException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            out.writeStartObject();
            out.writeNumberProperty("format", CatalogueReader.FORMAT);
            out.writeName("definitions");
            contents(connection, out, "select key, content from entitlement_definition order by position, key");
            out.writeName("plans");
            plans(connection, out);
            out.writeName("add_ons");
            contents(connection, out, "select code, content from add_on order by position, code");
            out.writeEndObject();
        }
        return text.toString();
    }

    private static void contents(Connection connection, JsonGenerator out, String sql) throws SQLException {
        out.writeStartObject();
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                out.writeName(row.getString(1));
                out.writeRawValue(row.getString(2));
            }
        }
        out.writeEndObject();
    }

    private static void plans(Connection connection, JsonGenerator out) throws SQLException {
        out.writeStartObject();
        String open = null;
        try (PreparedStatement query = connection.prepareStatement(
                        "select p.code, p.name, p.offered, v.content"
                                + " from plan p join plan_version v on v.plan = p.code order by p.position, p.code, v.version");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                String code = row.getString("code");
                if (!code.equals(open)) {
                    close(out, open != null);
                    out.writeName(code);
                    out.writeStartObject();
                    out.writeStringProperty("name", row.getString("name"));
                    out.writeBooleanProperty("offered", row.getBoolean("offered"));
                    out.writeName("versions");
                    out.writeStartArray();
                    open = code;
                }
                out.writeRawValue(row.getString("content"));
            }
        }
        close(out, open != null);
        out.writeEndObject();
    }

    private static void close(JsonGenerator out, boolean open) {
        if (open) {
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    static void store(Connection connection, PlanCatalogue catalogue, long revision) throws SQLException {
        storeDefinitions(connection, catalogue);
        storePlans(connection, catalogue);
        storeVersions(connection, catalogue, revision);
        storeAddOns(connection, catalogue, revision);
    }

    private static void storeDefinitions(Connection connection, PlanCatalogue catalogue) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("insert into entitlement_definition (key, position, content)"
                        + " values (?, ?, ?) on conflict (key) do update"
                        + " set position = excluded.position, content = excluded.content")) {
            int position = 0;
            for (EntitlementDefinition definition : catalogue.definitions()) {
                statement.setString(1, definition.key());
                statement.setInt(2, ++position);
                statement.setString(3, CatalogueWriter.write(definition));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void storePlans(Connection connection, PlanCatalogue catalogue) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into plan (code, position, name, offered) values (?, ?, ?, ?) on conflict (code) do update"
                        + " set position = excluded.position, name = excluded.name, offered = excluded.offered")) {
            int position = 0;
            for (Plan plan : catalogue.plans()) {
                statement.setString(1, plan.code());
                statement.setInt(2, ++position);
                statement.setString(3, plan.name());
                statement.setBoolean(4, plan.offered());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    // A version that is there stays as it is: the merge has found it equal.
    private static void storeVersions(Connection connection, PlanCatalogue catalogue, long revision)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into plan_version (plan, version, content, content_hash, revision) values (?, ?, ?, ?, ?)"
                        + " on conflict (plan, version) do nothing")) {
            for (Plan plan : catalogue.plans()) {
                for (PlanVersion version : plan.versions()) {
                    String content = CatalogueWriter.write(version);
                    statement.setString(1, plan.code());
                    statement.setInt(2, version.version());
                    statement.setString(3, content);
                    statement.setString(4, CatalogueWriter.hash(content));
                    statement.setLong(5, revision);
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
    }

    private static void storeAddOns(Connection connection, PlanCatalogue catalogue, long revision) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into add_on (code, position, name, offered, content, content_hash, revision)"
                        + " values (?, ?, ?, ?, ?, ?, ?) on conflict (code) do update set position = excluded.position,"
                        + " name = excluded.name, offered = excluded.offered, content = excluded.content,"
                        + " content_hash = excluded.content_hash, revision = excluded.revision")) {
            int position = 0;
            for (AddOn addOn : catalogue.addOns()) {
                String content = CatalogueWriter.write(addOn);
                statement.setString(1, addOn.code());
                statement.setInt(2, ++position);
                statement.setString(3, addOn.name());
                statement.setBoolean(4, addOn.offered());
                statement.setString(5, content);
                statement.setString(6, CatalogueWriter.hash(content));
                statement.setLong(7, revision);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
