package io.tenancy.jpa.attack;

import jakarta.persistence.Cacheable;
import jakarta.persistence.CascadeType;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.Subselect;
import org.hibernate.annotations.Synchronize;
import org.hibernate.type.SqlTypes;

/** One plain entity model that knows nothing of tenants and uses most of what Hibernate has. */
final class Clinic {

    static final List<Class<?>> ENTITIES = List.of(
            Patient.class,
            Inpatient.class,
            Tag.class,
            Visit.class,
            Invoice.class,
            Scan.class,
            PatientName.class,
            Headcount.class);

    private Clinic() {}

    enum Triage {
        GREEN,
        AMBER,
        RED
    }

    @Entity(name = "Patient")
    @jakarta.persistence.Table(name = "patient")
    @SecondaryTable(name = "patient_contact", pkJoinColumns = @PrimaryKeyJoinColumn(name = "patient_id"))
    @Inheritance(strategy = InheritanceType.JOINED)
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
    static class Patient {
        @Id
        UUID id = UUID.randomUUID();

        @Version
        int version;

        String name = "";

        @JdbcTypeCode(SqlTypes.NAMED_ENUM)
        Triage triage = Triage.GREEN;

        boolean active = true;

        @Column(table = "patient_contact")
        String phone = "";

        @ElementCollection
        @CollectionTable(name = "patient_allergy", joinColumns = @JoinColumn(name = "patient_id"))
        @Column(name = "allergy")
        @Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
        Set<String> allergies = new HashSet<>();

        @ManyToMany
        @JoinTable(
                name = "patient_tag",
                joinColumns = @JoinColumn(name = "patient_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"))
        Set<Tag> tags = new HashSet<>();

        @OneToMany(mappedBy = "patient", cascade = CascadeType.ALL)
        @SQLRestriction("cancelled = false")
        List<Visit> visits = new ArrayList<>();

        @Formula("(select count(*) from tenant_schema.visit)")
        long visitsOfTheClinic;

        protected Patient() {}

        Patient(String name) {
            this.name = name;
            this.phone = "phone of " + name;
        }

        Visit visit(String reason) {
            Visit visit = new Visit(this, reason);
            visits.add(visit);
            return visit;
        }
    }

    @Entity(name = "Inpatient")
    @jakarta.persistence.Table(name = "inpatient")
    @PrimaryKeyJoinColumn(name = "id")
    static class Inpatient extends Patient {
        String ward = "";

        protected Inpatient() {}

        Inpatient(String name) {
            super(name);
            this.ward = "ward of " + name;
        }
    }

    @Entity(name = "Tag")
    @jakarta.persistence.Table(name = "tag")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
    static class Tag {
        @Id
        UUID id = UUID.randomUUID();

        String name = "";

        protected Tag() {}

        Tag(String name) {
            this.name = name;
        }
    }

    @Entity(name = "Visit")
    @jakarta.persistence.Table(name = "visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "visit_seq")
        @SequenceGenerator(name = "visit_seq", sequenceName = "visit_seq", allocationSize = 10)
        Long id = 0L;

        @ManyToOne
        @JoinColumn(name = "patient_id")
        Patient patient = new Patient();

        String reason = "";

        boolean cancelled;

        protected Visit() {}

        Visit(Patient patient, String reason) {
            this.patient = patient;
            this.reason = reason;
        }
    }

    @Entity(name = "Invoice")
    @jakarta.persistence.Table(name = "invoice")
    static class Invoice {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id = 0L;

        String text = "";

        protected Invoice() {}

        Invoice(String text) {
            this.text = text;
        }
    }

    @Entity(name = "Scan")
    @jakarta.persistence.Table(name = "scan")
    static class Scan {
        @Id
        UUID id = UUID.randomUUID();

        @Lob
        byte[] picture = {1, 2, 3};

        protected Scan() {}
    }

    @Entity(name = "PatientName")
    @Immutable
    @Subselect("select p.id as id, p.name as name from tenant_schema.patient p")
    @Synchronize("patient")
    static class PatientName {
        @Id
        UUID id = UUID.randomUUID();

        String name = "";

        protected PatientName() {}
    }

    /** Its formula names a table without the placeholder schema. */
    @Entity(name = "Headcount")
    @jakarta.persistence.Table(name = "tag")
    static class Headcount {
        @Id
        UUID id = UUID.randomUUID();

        @Formula("(select count(*) from patient)")
        long patients;

        protected Headcount() {}
    }
}
