-- 工会会员数
-- People at work on the last day who are members of some union.
SELECT unit, period, category, COUNT(DISTINCT worker) FILTER (counts) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT worker) AS population, numerator AS value
FROM (
    SELECT unit, period, worker, is_member AS counts,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry),
               told('ownership', ownership)]) AS category
    FROM at_work
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
