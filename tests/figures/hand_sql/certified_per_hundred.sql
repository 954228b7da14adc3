-- 近四个季度每百名职工新增持证人数
-- People with a new certificate in the four quarters that end with the period, per 100 at work on the last day.
WITH happened AS (
    SELECT unit, period, category, COUNT(DISTINCT worker) AS counted, 0 AS untold, COUNT(DISTINCT worker) AS looked_at
    FROM (
        SELECT unit, period, worker,
               UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry)]) AS category
        FROM certificates
        JOIN periods ON day BETWEEN year_begins AND last_day
        JOIN inside USING (period, node)
        WHERE kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
),
heads AS (
    SELECT unit, period, category, COUNT(DISTINCT worker) AS heads
    FROM (
        SELECT unit, period, worker,
               UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry)]) AS category
        FROM at_work JOIN periods USING (period)
        JOIN inside USING (period, node)
        WHERE kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
)
SELECT unit, period, category, coalesce(counted, 0) AS numerator, coalesce(heads, 0) AS denominator,
       coalesce(untold, 0) AS undetermined, coalesce(looked_at, 0) + coalesce(heads, 0) AS population,
       100 * coalesce(counted, 0) / heads AS value
FROM happened FULL JOIN heads USING (unit, period, category);
