-- 近四个季度人均培训学时
-- Hours of training, kept in minutes, in the four quarters that end with the period, per person at work on the last
-- day.
WITH happened AS (
    SELECT unit, period, category, coalesce(SUM(hours), 0) AS counted,
           COUNT(*) FILTER (hours IS NULL) AS untold, COUNT(*) AS looked_at
    FROM (
        SELECT unit, period, id, hours,
               UNNEST(['all', told('sex', sex), told('industry', industry), told('ownership', ownership),
                   told('size', size)]) AS category
        FROM trainings
        JOIN periods ON day BETWEEN year_begins AND last_day
        JOIN inside USING (period, node)
        WHERE periods.kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
),
heads AS (
    SELECT unit, period, category, COUNT(DISTINCT worker) AS heads
    FROM (
        SELECT unit, period, worker,
               UNNEST(['all', told('sex', sex), told('industry', industry), told('ownership', ownership),
                   told('size', size)]) AS category
        FROM at_work JOIN periods USING (period)
        JOIN inside USING (period, node)
        WHERE kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
)
SELECT unit, period, category, coalesce(counted, 0) AS numerator, coalesce(heads, 0) AS denominator,
       coalesce(untold, 0) AS undetermined, coalesce(looked_at, 0) + coalesce(heads, 0) AS population,
       coalesce(counted, 0) / 60 / heads AS value
FROM happened FULL JOIN heads USING (unit, period, category);
