-- What all hand-written texts share: the periods, the tree of each period's last day, and facts with what was
-- true on their day. `lake.<source>` are the Parquet files of the cut; `facts_from` and `cut_on` are its span.

CREATE MACRO told(name, value) AS name || '=' || coalesce(value, 'unknown');

-- Whole months, quarters and years inside the span; `year_begins` is the first day of the twelve months
-- (four quarters) that end with the period.
CREATE TABLE periods AS
WITH months AS (
    SELECT CAST(UNNEST(generate_series(DATE '2000-01-01', DATE '2049-12-01', INTERVAL 1 MONTH)) AS DATE) AS day
),
named AS (
    SELECT strftime(day, '%Y-%m') AS period, 'month' AS kind, day AS first_day, last_day(day) AS last_day FROM months
    UNION ALL
    SELECT year(day) || 'Q' || quarter(day), 'quarter', day, last_day(CAST(day + INTERVAL 2 MONTH AS DATE))
    FROM months WHERE month(day) IN (1, 4, 7, 10)
    UNION ALL
    SELECT CAST(year(day) AS VARCHAR), 'year', day, last_day(CAST(day + INTERVAL 11 MONTH AS DATE))
    FROM months WHERE month(day) = 1
)
SELECT *, CAST(date_trunc('month', last_day) - INTERVAL 11 MONTH AS DATE) AS year_begins
FROM named
WHERE first_day >= getvariable('facts_from') AND last_day <= getvariable('cut_on');

-- Where each unit stands on the last day of a period: at its last place that has begun, or else at its first.
CREATE TABLE stood AS
SELECT period, last_day, organisation AS node, parent, level, is_there
FROM (
    SELECT *, valid_from <= last_day AS has_begun,
           valid_from <= last_day AND (valid_to IS NULL OR valid_to > last_day) AS is_there
    FROM periods, lake.placements
)
QUALIFY row_number() OVER (
    PARTITION BY period, organisation
    ORDER BY has_begun DESC, CASE WHEN has_begun THEN valid_from END DESC, valid_from
) = 1;

-- Who took over a unit that closed, and from whom one that opened was made: the others of an event on that day. What
-- a unit that goes on gives away in a split comes from that unit alone.
CREATE TABLE followed AS
WITH lives AS (
    SELECT organisation AS node, min(valid_from) AS begins,
           arg_max(coalesce(valid_to, DATE '9999-12-31'), valid_from) AS ends
    FROM lake.placements GROUP BY organisation
),
named AS (
    SELECT event, organisation AS node FROM lake.events UNION SELECT event, organisation FROM lake.event_others
),
parties AS (
    SELECT e.event, e."on", n.node, n.node = e.organisation AS is_main,
           e.kind = 'split' AND m.begins <> e."on" AS gives,
           l.begins = e."on" AS opened, l.ends = e."on" AS closed, l.begins < e."on" AND l.ends > e."on" AS lasts
    FROM lake.events e JOIN named n USING (event) JOIN lives l USING (node) LEFT JOIN lives m ON m.node = e.organisation
    WHERE e.event IN (SELECT event FROM lake.event_others)
)
SELECT one.node, one."on", TRUE AS has_closed, other.node AS kin
FROM parties one JOIN parties other USING (event)
WHERE one.closed AND (other.opened OR other.lasts)
UNION
SELECT one.node, one."on", FALSE, other.node
FROM parties one JOIN parties other USING (event)
WHERE one.opened AND CASE WHEN other.gives THEN other.is_main ELSE other.closed OR other.lasts END;

-- Up from each node, level by level, with how many steps it took.
CREATE TABLE stood_under AS
WITH RECURSIVE climbed AS (
    SELECT period, node, node AS unit, parent, 0 AS steps FROM stood
    UNION ALL
    SELECT c.period, c.node, p.node, p.parent, c.steps + 1
    FROM climbed c JOIN stood p ON p.period = c.period AND p.node = c.parent
)
SELECT period, node, unit, steps FROM climbed;

-- A unit that does not exist on the day stands under whoever has followed it until then, or under whom it is to come
-- from; under the lowest unit above them all where they are several; where nothing is known, it stays.
CREATE TABLE places AS
WITH RECURSIVE led AS (
    SELECT period, last_day, node, node AS unit FROM stood WHERE NOT is_there
    UNION
    SELECT led.period, led.last_day, led.node, f.kin
    FROM led JOIN stood s ON s.period = led.period AND s.node = led.unit AND NOT s.is_there
    JOIN followed f ON f.node = led.unit
     AND CASE WHEN f.has_closed THEN f."on" <= led.last_day ELSE f."on" > led.last_day END
),
instead AS (
    SELECT led.period, led.node, led.unit
    FROM led JOIN stood s ON s.period = led.period AND s.node = led.unit
    WHERE led.unit <> led.node AND (s.is_there OR NOT EXISTS (
        FROM followed f WHERE f.node = led.unit
        AND CASE WHEN f.has_closed THEN f."on" <= led.last_day ELSE f."on" > led.last_day END))
),
shared AS (
    SELECT i.period, i.node, u.unit, max(u.steps) AS steps
    FROM instead i JOIN stood_under u ON u.period = i.period AND u.node = i.unit
    GROUP BY i.period, i.node, u.unit
    HAVING count(*) = (SELECT count(*) FROM instead j WHERE j.period = i.period AND j.node = i.node)
),
lowest AS (
    SELECT * FROM shared QUALIFY row_number() OVER (PARTITION BY period, node ORDER BY steps) = 1
)
SELECT s.period, s.node, coalesce(l.unit, s.parent) AS parent, s.level, s.is_there
FROM stood s LEFT JOIN lowest l USING (period, node);

-- Each unit with every node of its subtree, itself included.
CREATE TABLE inside AS
WITH RECURSIVE climbed AS (
    SELECT period, node, node AS unit, parent FROM places
    UNION ALL
    SELECT c.period, c.node, p.node, p.parent
    FROM climbed c JOIN places p ON p.period = c.period AND p.node = c.parent
)
SELECT period, unit, node FROM climbed;

-- Facts and the day they are looked at: employments on the last day of a period, events on their own day. A
-- certificate is a fact of every employer that its holder had on the day from which it is held.
CREATE TABLE jobs AS
SELECT p.period, e.id AS job, e.worker, e.organisation AS node, p.last_day AS day
FROM periods p JOIN lake.employments e
  ON e.started_on <= p.last_day AND (e.ended_on IS NULL OR e.ended_on >= p.last_day);

CREATE TABLE certified AS
SELECT c.id, c.worker, e.organisation AS node, c.held_from AS day
FROM lake.certificates c JOIN lake.employments e
  ON e.worker = c.worker AND e.started_on <= c.held_from AND (e.ended_on IS NULL OR e.ended_on >= c.held_from);

-- What a person was on a day. The grade is the highest of the certificates held and the appointments in force on
-- that day; whoever has none is of the grade `none`, which is a known answer. A member is on the register of some
-- union that day, or their membership is retained.
CREATE TABLE people AS
WITH asked AS (
    SELECT worker, day FROM jobs UNION SELECT worker, day FROM certified
    UNION SELECT worker, "on" FROM lake.trainings UNION SELECT worker, "on" FROM lake.competitions
    UNION SELECT worker, "on" FROM lake.innovations UNION SELECT worker, "on" FROM lake.honours
    UNION SELECT worker, "on" FROM lake.mentorships
),
held AS (
    SELECT worker, grade, held_from AS begins, held_to AS ends FROM lake.certificates
    UNION ALL
    SELECT worker, grade, appointed_on, lapses_on FROM lake.appointments
),
ranked AS (
    SELECT worker, begins, ends, CASE grade
        WHEN 'apprentice' THEN 1 WHEN 'junior' THEN 2 WHEN 'intermediate' THEN 3 WHEN 'senior' THEN 4
        WHEN 'technician' THEN 5 WHEN 'senior_technician' THEN 6 WHEN 'special_technician' THEN 7
        WHEN 'chief_technician' THEN 8 END AS rank
    FROM held
),
best AS (
    SELECT a.worker, a.day, max(r.rank) AS rank
    FROM asked a JOIN ranked r ON r.worker = a.worker AND r.begins <= a.day AND (r.ends IS NULL OR r.ends > a.day)
    GROUP BY a.worker, a.day
),
members AS (
    SELECT DISTINCT a.worker, a.day
    FROM asked a JOIN lake.memberships m
      ON m.worker = a.worker AND m.valid_from <= a.day AND (m.valid_to IS NULL OR m.valid_to > a.day)
    WHERE m.state IN ('registered', 'retained')
),
aged AS (
    SELECT a.worker, a.day, p.sex, p.education,
           CASE WHEN p.birth_date <= a.day THEN
               year(a.day) - year(p.birth_date)
               - CASE WHEN (month(a.day), day(a.day)) < (month(p.birth_date), day(p.birth_date)) THEN 1 ELSE 0 END
           END AS age
    FROM asked a LEFT JOIN lake.people p USING (worker)
)
SELECT worker, day, sex, education, age,
       CASE WHEN age <= 24 THEN 'under_25' WHEN age <= 34 THEN '25_34' WHEN age <= 44 THEN '35_44'
            WHEN age <= 54 THEN '45_54' WHEN age >= 55 THEN '55_over' END AS age_band,
       coalesce(rank, 0) AS rank,
       CASE rank WHEN 1 THEN 'apprentice' WHEN 2 THEN 'junior' WHEN 3 THEN 'intermediate' WHEN 4 THEN 'senior'
            WHEN 5 THEN 'technician' WHEN 6 THEN 'senior_technician' WHEN 7 THEN 'special_technician'
            WHEN 8 THEN 'chief_technician' ELSE 'none' END AS grade,
       members.worker IS NOT NULL AS is_member
FROM aged LEFT JOIN best USING (worker, day) LEFT JOIN members USING (worker, day);

-- What an enterprise was on a day.
CREATE TABLE units AS
WITH asked AS (
    SELECT node, day FROM jobs UNION SELECT node, day FROM certified
    UNION SELECT organisation, "on" FROM lake.trainings UNION SELECT organisation, "on" FROM lake.competitions
    UNION SELECT organisation, "on" FROM lake.innovations UNION SELECT organisation, "on" FROM lake.honours
    UNION SELECT organisation, "on" FROM lake.mentorships UNION SELECT organisation, "on" FROM lake.agreements
    UNION SELECT organisation, "on" FROM lake.congresses UNION SELECT organisation, "on" FROM lake.insurance
    UNION SELECT organisation, "on" FROM lake.activities
    UNION SELECT organisation, last_day FROM lake.organisations, periods
)
SELECT a.node, a.day, p.industry, p.ownership, p.size, p.is_above_scale
FROM asked a LEFT JOIN lake.particulars p
  ON p.organisation = a.node AND p.valid_from <= a.day AND (p.valid_to IS NULL OR p.valid_to > a.day);

-- People at work on the last day of a period, an employment a row, with its terms of that day (wage in fen).
CREATE TABLE at_work AS
WITH terms AS (
    SELECT j.job, j.period, s.form, s.wage
    FROM jobs j JOIN lake.employment_states s ON s.employment = j.job AND s.valid_from <= j.day
    QUALIFY row_number() OVER (PARTITION BY j.job, j.period ORDER BY s.valid_from DESC) = 1
)
SELECT * FROM jobs LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day)
LEFT JOIN terms USING (job, period);

-- Enterprises that exist on the last day of a period, with what they have that day. A workers' congress counts
-- for a year from its session.
CREATE TABLE on_register AS
SELECT o.organisation AS node, p.period, u.industry, u.ownership, u.size, u.is_above_scale,
       EXISTS (FROM lake.covers c WHERE c.organisation = o.organisation AND c.valid_from <= p.last_day
               AND (c.valid_to IS NULL OR c.valid_to > p.last_day)) AS has_union,
       EXISTS (FROM lake.agreements a WHERE a.organisation = o.organisation AND a."on" <= p.last_day
               AND (a.expires_on IS NULL OR a.expires_on > p.last_day)) AS has_collective_contract,
       EXISTS (FROM lake.agreements a WHERE a.organisation = o.organisation AND a.kind = 'skill_pay'
               AND a."on" <= p.last_day AND (a.expires_on IS NULL OR a.expires_on > p.last_day)) AS has_skill_pay,
       EXISTS (FROM lake.congresses g WHERE g.organisation = o.organisation AND g."on" <= p.last_day
               AND g."on" + INTERVAL 1 YEAR > p.last_day) AS has_congress
FROM lake.organisations o CROSS JOIN periods p JOIN units u ON u.node = o.organisation AND u.day = p.last_day
WHERE o.level = 'enterprise' AND o.opened_on <= p.last_day AND (o.closed_on IS NULL OR o.closed_on > p.last_day);

-- Events with the person and the enterprise of their day.
CREATE TABLE certificates AS
SELECT * FROM certified LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE trainings AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.trainings)
LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE competitions AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.competitions)
LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE innovations AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.innovations)
LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE honours AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.honours)
LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE mentorships AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.mentorships)
LEFT JOIN people USING (worker, day) LEFT JOIN units USING (node, day);
CREATE TABLE agreements AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.agreements)
LEFT JOIN units USING (node, day);
CREATE TABLE congresses AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.congresses)
LEFT JOIN units USING (node, day);
CREATE TABLE insurance AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.insurance)
LEFT JOIN units USING (node, day);
CREATE TABLE activities AS
SELECT * FROM (SELECT * RENAME (organisation AS node, "on" AS day) FROM lake.activities)
LEFT JOIN units USING (node, day);
