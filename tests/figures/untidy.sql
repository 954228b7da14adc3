-- A generated registry is tidy. This makes it as untidy as a real one, for SQLite: gaps in every field that may be
-- missing, people at several enterprises, units that move, open and close inside a quarter, facts of a county.

-- What is not known.
UPDATE workforce_worker SET born_on = NULL WHERE id % 23 = 0;
UPDATE workforce_worker SET sex = '' WHERE id % 19 = 0;
UPDATE workforce_worker SET education = '' WHERE id % 17 = 0;
UPDATE workforce_employmentstate SET form = '' WHERE id % 31 = 0;
UPDATE workforce_employmentstate SET wage_fen = NULL WHERE id % 29 = 0;
UPDATE workforce_employmentstate SET wage_fen = wage_fen + id % 7 WHERE id % 2 = 0;
UPDATE workforce_training SET minutes = NULL WHERE id % 13 = 0;
UPDATE workforce_training SET minutes = 480 WHERE id % 13 = 1;
UPDATE workforce_training SET minutes = 479 WHERE id % 13 = 2;
UPDATE workforce_training SET is_subsidised = NULL WHERE id % 11 = 0;
UPDATE workforce_training SET organisation_id = NULL WHERE id % 97 = 0;
UPDATE workforce_competition SET level = 'city', place = id % 6 + 1 WHERE id % 3 = 0;
UPDATE workforce_competition SET place = NULL WHERE id % 5 = 0;
UPDATE workforce_innovation SET benefit_fen = NULL WHERE id % 6 = 0;
UPDATE workforce_agreement SET n_covered = NULL WHERE id % 9 = 0;
UPDATE workforce_agreement SET expires_on = NULL WHERE id % 8 = 0;
UPDATE workforce_activity SET n_attended = NULL WHERE id % 7 = 0;
UPDATE organisations_particulars SET industry = '' WHERE id % 14 = 0;
UPDATE organisations_particulars SET ownership = '' WHERE id % 15 = 0;
UPDATE organisations_particulars SET size = '' WHERE id % 16 = 0;

-- Born on the last day of a quarter, on 29 February, and after their first fact.
UPDATE workforce_worker SET born_on = '1990-09-30' WHERE id % 37 = 1;
UPDATE workforce_worker SET born_on = '2000-02-29' WHERE id % 37 = 2;
UPDATE workforce_worker SET born_on = '2024-05-01' WHERE id % 97 = 3;

-- Facts that a county, a city or a town holds itself.
UPDATE workforce_training SET organisation_id = (SELECT min(id) + workforce_training.id % 60
    FROM organisations_organisation WHERE level = 'county') WHERE id % 43 = 0;
UPDATE workforce_innovation SET organisation_id = (SELECT min(id) FROM organisations_organisation WHERE level = 'city')
    WHERE id % 10 = 0;
UPDATE workforce_activity SET organisation_id = (SELECT min(id) + workforce_activity.id
    FROM organisations_organisation WHERE level = 'town') WHERE id % 47 = 0;
UPDATE workforce_employment SET organisation_id = (SELECT min(id) + workforce_employment.id % 60
    FROM organisations_organisation WHERE level = 'county') WHERE id % 71 = 0;

-- A second and a third job elsewhere; whoever has three has them in more cities than one.
INSERT INTO workforce_employment (worker_id, organisation_id, started_on, ended_on, agency)
SELECT w.id, o.id, date('2023-10-01', '+' || (w.id % 700) || ' days'),
       CASE WHEN w.id % 3 = 0 THEN date('2025-09-30', '+' || (w.id % 200) || ' days') END, ''
FROM workforce_worker w JOIN organisations_organisation o ON o.id =
    (SELECT min(id) + w.id * 37 % count(*) FROM organisations_organisation WHERE level = 'enterprise')
WHERE w.id % 8 = 1
AND NOT EXISTS (SELECT 1 FROM workforce_employment e WHERE e.worker_id = w.id AND e.organisation_id = o.id);
INSERT INTO workforce_employment (worker_id, organisation_id, started_on, ended_on, agency)
SELECT w.id, o.id, date('2024-01-15', '+' || (w.id % 500) || ' days'), NULL, ''
FROM workforce_worker w JOIN organisations_organisation o ON o.id =
    (SELECT min(id) + w.id * 53 % count(*) FROM organisations_organisation WHERE level = 'enterprise')
WHERE w.id % 16 = 1
AND NOT EXISTS (SELECT 1 FROM workforce_employment e WHERE e.worker_id = w.id AND e.organisation_id = o.id);
INSERT INTO workforce_employmentstate (employment_id, valid_from, post, occupation, form, wage_fen)
SELECT e.id, e.started_on, '', '', CASE e.id % 3 WHEN 0 THEN 'part_time' WHEN 1 THEN 'dispatch' ELSE '' END,
       CASE WHEN e.id % 4 > 0 THEN 300000 + e.id * 137 END
FROM workforce_employment e
WHERE NOT EXISTS (SELECT 1 FROM workforce_employmentstate s WHERE s.employment_id = e.id) AND e.id % 10 > 0;

-- Certificates that end, appointments that lapse inside a quarter.
UPDATE workforce_certificate SET held_to = date(held_from, '+400 days')
WHERE id % 9 = 0 AND grade <> 'senior_technician';
UPDATE workforce_appointment SET lapses_on = '2025-08-17' WHERE appointed_on < '2025-08-17' AND id % 2 = 0;
INSERT INTO workforce_appointment (worker_id, organisation_id, grade, appointed_on, lapses_on, is_day_assumed, number)
SELECT c.worker_id, min(e.organisation_id), 'chief_technician', date(c.held_from, '+30 days'), '2026-02-14', 0, ''
FROM workforce_certificate c JOIN workforce_employment e ON e.worker_id = c.worker_id
WHERE c.grade = 'senior_technician' AND c.held_to IS NULL AND c.held_from < '2025-12-01' GROUP BY c.id;

-- Members of two unions, one of which they leave.
INSERT INTO workforce_membership (worker_id, organisation_id, state, valid_from, valid_to)
SELECT m.worker_id, (SELECT max(id) FROM organisations_organisation WHERE level = 'union'), 'retained', '2024-03-10',
       '2025-11-30'
FROM workforce_membership m WHERE m.worker_id % 21 = 0
AND m.organisation_id <> (SELECT max(id) FROM organisations_organisation WHERE level = 'union') GROUP BY m.worker_id;

-- What begins or ends on the very last day of a period.
UPDATE workforce_employment SET ended_on = '2025-12-31'
WHERE id % 41 = 1 AND started_on < '2025-12-31' AND (ended_on IS NULL OR ended_on > '2025-12-31');
UPDATE workforce_employment SET ended_on = '2025-12-30'
WHERE id % 41 = 2 AND started_on < '2025-12-30' AND (ended_on IS NULL OR ended_on > '2025-12-30');
UPDATE OR IGNORE workforce_employmentstate SET valid_from = '2025-12-31' WHERE id % 37 = 5 AND valid_from > '2024-01-01'
AND NOT EXISTS (SELECT 1 FROM workforce_employmentstate s
    WHERE s.employment_id = workforce_employmentstate.employment_id AND s.valid_from = '2025-12-31');
UPDATE workforce_certificate SET held_to = '2025-12-31'
WHERE id % 9 = 1 AND held_from < '2025-12-31' AND grade <> 'senior_technician';
UPDATE workforce_certificate SET held_from = '2025-12-31'
WHERE id % 4 = 2 AND held_from > '2025-03-31' AND held_to IS NULL AND grade <> 'senior_technician';
UPDATE workforce_membership SET valid_to = '2025-12-31'
WHERE id % 13 = 1 AND valid_from < '2025-12-31' AND valid_to IS NULL;
UPDATE workforce_agreement SET expires_on = '2025-12-31' WHERE id % 5 = 1 AND "on" < '2025-12-31';
UPDATE workforce_agreement SET "on" = '2025-12-31'
WHERE id % 5 = 2 AND (expires_on IS NULL OR expires_on > '2025-12-31');
UPDATE workforce_workerscongress SET "on" = '2024-12-31' WHERE id % 5 = 1;
UPDATE workforce_workerscongress SET "on" = '2024-02-29' WHERE id % 5 = 2;
UPDATE workforce_workerscongress SET "on" = '2025-01-01' WHERE id % 5 = 3;
UPDATE workforce_training SET "on" = '2025-12-31' WHERE id % 17 = 3;
UPDATE workforce_training SET "on" = '2025-01-01' WHERE id % 17 = 4;
UPDATE workforce_training SET "on" = '2024-12-31' WHERE id % 17 = 5;
UPDATE organisations_unioncover SET valid_to = '2025-12-31'
WHERE id % 7 = 1 AND valid_from < '2025-12-31' AND valid_to IS NULL;

-- Enterprises whose particulars change or begin late, that move inside a quarter, that close, that open late.
UPDATE organisations_particulars SET valid_from = '2024-11-20'
WHERE organisation_id % 11 = 0 AND valid_to IS NULL AND valid_from < '2024-11-20';
UPDATE organisations_particulars SET valid_to = '2025-05-10'
WHERE organisation_id % 6 = 1 AND valid_to IS NULL AND valid_from < '2025-05-10';
INSERT INTO organisations_particulars (organisation_id, valid_from, valid_to, industry, ownership, size, is_above_scale)
SELECT organisation_id, '2025-05-10', NULL, 'C3311', 'mixed', 'large', 1
FROM organisations_particulars WHERE organisation_id % 6 = 1 AND valid_to = '2025-05-10';
UPDATE organisations_placement SET valid_to = '2025-02-20' WHERE hierarchy = 'administrative' AND valid_to IS NULL
AND organisation_id IN (SELECT id FROM organisations_organisation WHERE level = 'enterprise' AND id % 5 = 0);
INSERT INTO organisations_placement (organisation_id, parent_id, hierarchy, valid_from, valid_to)
SELECT p.organisation_id, o.parent_id, 'administrative', '2025-02-20', NULL
FROM organisations_placement p JOIN organisations_organisation o ON o.id =
    (SELECT min(id) + p.organisation_id * 29 % count(*) FROM organisations_organisation WHERE level = 'enterprise')
WHERE p.hierarchy = 'administrative' AND p.valid_to = '2025-02-20';
UPDATE organisations_organisation SET closed_on = '2025-11-11' WHERE level = 'enterprise' AND id % 9 = 4;
UPDATE organisations_placement SET valid_to = '2025-11-11' WHERE hierarchy = 'administrative' AND valid_to IS NULL
AND organisation_id IN (SELECT id FROM organisations_organisation WHERE level = 'enterprise' AND id % 9 = 4);
UPDATE organisations_organisation SET opened_on = '2024-08-08' WHERE level = 'enterprise' AND id % 12 = 7;
UPDATE organisations_placement SET valid_from = '2024-08-08' WHERE hierarchy = 'administrative'
AND valid_from < '2024-08-08' AND organisation_id IN
    (SELECT id FROM organisations_organisation WHERE level = 'enterprise' AND id % 12 = 7 AND id % 5 > 0);

-- Inside quarters one town with enterprises merges into another, and one is divided between two of other counties. What
-- stood below goes along; what the towns themselves held stays theirs.
CREATE TEMP TABLE towns AS
SELECT parent_id AS town, row_number() OVER (ORDER BY parent_id) AS number
FROM organisations_organisation WHERE level = 'enterprise' AND id % 5 > 0 GROUP BY parent_id;
CREATE TEMP TABLE ended AS
SELECT one.town AS town, other.town AS heir, one.number AS number,
       CASE one.number WHEN 1 THEN '2026-05-20' ELSE '2025-12-01' END AS on_day
FROM towns one JOIN towns other ON other.number = CASE one.number WHEN 1 THEN 9 ELSE 5 END WHERE one.number IN (1, 2);
UPDATE organisations_placement SET valid_to = (SELECT on_day FROM ended WHERE town IN (organisation_id, parent_id))
WHERE hierarchy = 'administrative' AND valid_to IS NULL
AND EXISTS (SELECT 1 FROM ended WHERE town IN (organisation_id, parent_id));
INSERT INTO organisations_placement (organisation_id, parent_id, hierarchy, valid_from, valid_to)
SELECT p.organisation_id, e.heir, 'administrative', e.on_day, NULL
FROM organisations_placement p JOIN ended e ON e.town = p.parent_id AND e.on_day = p.valid_to
WHERE p.hierarchy = 'administrative';
UPDATE organisations_organisation SET closed_on = (SELECT on_day FROM ended WHERE town = id)
WHERE id IN (SELECT town FROM ended);
INSERT INTO organisations_organisationevent
    ("on", kind, before, after, note_zh, note_en, source, is_synthetic, organisation_id)
SELECT on_day, CASE number WHEN 1 THEN 'merge' ELSE 'abolish' END, '{}', '{}', '', '', '', 1, town FROM ended;
INSERT INTO organisations_organisationevent_others (organisationevent_id, organisation_id)
SELECT v.id, e.heir FROM organisations_organisationevent v
JOIN ended e ON e.town = v.organisation_id AND e.on_day = v."on"
UNION ALL
SELECT v.id, t.town FROM organisations_organisationevent v
JOIN ended e ON e.town = v.organisation_id AND e.on_day = v."on" AND e.number = 2 JOIN towns t ON t.number = 7;
UPDATE workforce_training SET organisation_id = (SELECT town FROM ended WHERE number = 1) WHERE id % 89 = 5;
UPDATE workforce_training SET organisation_id = (SELECT town FROM ended WHERE number = 2) WHERE id % 89 = 6;
UPDATE workforce_training SET organisation_id = (SELECT town FROM towns WHERE number = 9) WHERE id % 89 = 7;
UPDATE workforce_training SET organisation_id = (SELECT town FROM towns WHERE number = 5) WHERE id % 89 = 8;
