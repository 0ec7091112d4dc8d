# Takes the place of the file that AFT put here: the same state machine, with the names of the queue and of the topic.
data "aws_ssm_parameter" "aft_failure_topic" {
  name = "/aft/account/aft-management/sns/failure-topic-arn"
}

resource "aws_sfn_state_machine" "aft_account_provisioning_customizations" {
  #checkov:skip=CKV_AWS_284:AWS keeps the history of each execution for 90 days
  #checkov:skip=CKV_AWS_285:AWS keeps the history of each execution for 90 days
  name     = "aft-account-provisioning-customizations"
  role_arn = aws_iam_role.aft_states.arn
  definition = templatefile("${path.module}/states/customizations.asl.json", {
    queue_url         = aws_sqs_queue.identity_center.url
    failure_topic_arn = data.aws_ssm_parameter.aft_failure_topic.insecure_value
  })
}
