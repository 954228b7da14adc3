-- 技能人才占从业人员比重
-- People of grade junior (2) or above, of those at work on the last day.
SELECT unit, period, category,
       COUNT(DISTINCT worker) FILTER (one) AS numerator, COUNT(DISTINCT worker) FILTER (other) AS denominator,
       0 AS undetermined, COUNT(DISTINCT worker) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, worker, rank >= 2 AS one, TRUE AS other,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('education', education),
               told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM at_work
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
